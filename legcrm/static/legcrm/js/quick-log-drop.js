// Files on the quick log: an e-mail, an invitation or a business card is dropped, pasted or chosen;
// the server reads it, and the form proposes what it says ("quicklog:propose", see quick-log.js).

const MAX_BYTES = 25 * 1024 * 1024;

const say = (text, name) => text.replace("%s", `“${name}”`);
const hasFiles = (transfer) => Boolean(transfer && [...transfer.types].includes("Files"));

class Drop {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.input = place.querySelector("input[type=file]");
    this.progress = place.querySelector("[data-drop-progress]");
    this.state = place.querySelector("[data-drop-state]");
    this.waiting = Promise.resolve();
    this.listen();
  }

  listen() {
    // The whole form is the target: nobody has to aim.
    this.form.addEventListener("dragover", (event) => {
      if (hasFiles(event.dataTransfer)) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        this.place.classList.add("is-over");
      }
    });
    this.form.addEventListener("dragleave", (event) => {
      if (!this.form.contains(event.relatedTarget)) {
        this.place.classList.remove("is-over");
      }
    });
    this.form.addEventListener("drop", (event) => {
      this.place.classList.remove("is-over");
      if (hasFiles(event.dataTransfer)) {
        event.preventDefault();
        this.take(event.dataTransfer.files);
      }
    });
    this.form.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length) {
        event.preventDefault();
        this.take(event.clipboardData.files);
      }
    });
    this.form.addEventListener("submit", () => this.state.replaceChildren());
    this.input.addEventListener("change", () => {
      this.take([...this.input.files]);
      this.input.value = ""; // the same file may be chosen again
    });
  }

  // One after the other, in the order in which they were dropped.
  take(files) {
    if (this.form.querySelector("[data-log-fields]").disabled) {
      return; // it is being sent
    }
    this.state.replaceChildren();
    for (const file of [...files]) {
      this.waiting = this.waiting.then(() => this.read(file));
    }
  }

  async read(file) {
    const { dataset } = this.place;
    if (file.size > MAX_BYTES) {
      this.tell(say(dataset.textLarge, file.name), "bad");
      return;
    }
    const note = this.tell(say(dataset.textReading, file.name));
    const answer = await this.send(file);
    note.remove();
    if (answer.error) {
      this.tell(`${file.name}: ${answer.error}`, "bad");
      return;
    }
    this.form.dispatchEvent(new CustomEvent("quicklog:propose", { detail: answer }));
    const read = this.tell(say(dataset.textRead, file.name));
    if (answer.full_text) {
      read.append(this.historyButton(answer));
    }
    answer.said.forEach((sentence) => this.tell(sentence, "warn"));
  }

  // The answer of the server; {error} where there is none.
  send(file) {
    const { dataset } = this.place;
    const body = new FormData();
    body.append("file", file, file.name);
    const request = new XMLHttpRequest(); // fetch tells no progress
    request.open("POST", dataset.url);
    request.setRequestHeader("X-Quick-Log", "1");
    request.setRequestHeader("X-CSRFToken", token());
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      this.progress.hidden = event.loaded === event.total;
      this.progress.value = (100 * event.loaded) / event.total;
    });
    return new Promise((resolve) => {
      request.addEventListener("load", () => {
        const answer = request.response;
        const error = answer?.error ?? answer?.message ?? say(dataset.textFailed, file.name);
        resolve(request.status === 200 && answer ? answer : { error });
      });
      request.addEventListener("error", () => resolve({ error: say(dataset.textLost, file.name) }));
      request.addEventListener("loadend", () => {
        this.progress.hidden = true;
      });
      request.send(body);
    });
  }

  // What was quoted is left out of the text; one click takes it over.
  historyButton(answer) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "crm-button crm-button-small";
    button.textContent = this.place.dataset.textHistory;
    button.addEventListener("click", () => {
      const { text } = this.form.elements;
      const isThere = answer.notes && text.value.includes(answer.notes);
      text.value = isThere
        ? text.value.replace(answer.notes, () => answer.full_text)
        : `${text.value}\n\n${answer.full_text}`.trim();
      text.dispatchEvent(new Event("input", { bubbles: true }));
      text.focus();
      button.remove();
    });
    return button;
  }

  tell(text, variant = "") {
    const line = document.createElement("p");
    line.className = variant ? `crm-drop-${variant}` : "";
    line.append(Object.assign(document.createElement("span"), { textContent: text }));
    this.state.append(line);
    return line;
  }
}

// After a new login the cookie holds another one than the page.
function token() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

document.querySelectorAll("form[data-quick-log] [data-drop]").forEach((place) => new Drop(place));
