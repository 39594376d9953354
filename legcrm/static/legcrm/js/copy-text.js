// Puts a text on the clipboard: <button data-copy="#id" data-copied="Copied" data-failed="…">.
// The element is a field, whose value is taken, or any other, whose text is.

const BACK = 2500; // milliseconds until the button says again what it does

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  const text = (source.value ?? source.textContent).trim();
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not allowed, or no HTTPS: the old way, by a field of its own.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    done = document.execCommand("copy");
    field.remove();
    button.focus();
  }
  say(button, done ? button.dataset.copied : button.dataset.failed);
}

function say(button, words) {
  button.dataset.label ??= button.textContent;
  button.textContent = words;
  clearTimeout(button.back);
  button.back = setTimeout(() => {
    button.textContent = button.dataset.label;
  }, BACK);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    copy(button);
  }
});
for (const button of document.querySelectorAll("[data-copy]")) {
  button.setAttribute("aria-live", "polite");
}
