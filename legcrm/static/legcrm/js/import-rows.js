// Ticks of rows are kept at once, and the button says how many rows would go in. Without this
// script every button of the form sends them.
const form = document.getElementById("import-rows");
const apply = document.getElementById("apply");
let last = Promise.resolve();

async function keep() {
  let response;
  try {
    response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      keepalive: true,
    });
  } catch {
    return; // no connection: the next button sends the ticks
  }
  if (!response.ok || response.redirected) {
    window.location.reload();
    return;
  }
  const outcome = await response.json();
  apply.textContent = outcome.button;
  apply.disabled = !outcome.number;
  document.getElementById("goes-in").textContent = outcome.goes_in;
  document.getElementById("stays-out").textContent = outcome.stays_out;
}

form.addEventListener("change", (event) => {
  if (event.target.name === "chosen") {
    last = last.then(keep, keep);
  }
});
