// Fetches the content of a tab when it is first seen: <div data-load="address">.

async function load(place) {
  try {
    const response = await fetch(place.dataset.load, { credentials: "same-origin" });
    if (!response.ok) throw new Error(response.statusText);
    place.innerHTML = await response.text();
  } catch {
    place.textContent = place.dataset.failed;
    place.setAttribute("role", "alert");
  }
  place.removeAttribute("aria-busy");
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    load(target);
  }
});
for (const place of document.querySelectorAll("[data-load]")) seen.observe(place);
