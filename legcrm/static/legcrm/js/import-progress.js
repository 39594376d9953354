// How far an import is, asked once a second; when its work is over the page shows the result.
const panel = document.getElementById("import-progress");
const bar = panel.querySelector("progress");
const text = panel.querySelector(".crm-progress-text");

async function ask() {
  let answer;
  try {
    const response = await fetch(panel.dataset.url, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) {
      window.location.reload(); // logged out meanwhile: the page says so
      return;
    }
    answer = await response.json();
  } catch {
    setTimeout(ask, 3000); // the server restarts, or the train is in a tunnel
    return;
  }
  if (!answer.working) {
    window.location.reload();
    return;
  }
  if (answer.total) {
    bar.max = answer.total;
    bar.value = answer.done;
  }
  text.textContent = answer.text;
  setTimeout(ask, 1000);
}

setTimeout(ask, 500);
