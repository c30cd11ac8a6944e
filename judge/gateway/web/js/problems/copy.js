// Copies a text, also where the page is not served over TLS and browsers have no clipboard for it.

export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const place = document.createElement("textarea");
  place.value = text;
  place.className = "out-of-sight";
  document.body.append(place);
  place.select();
  const done = document.execCommand("copy");
  place.remove();
  if (!done) throw new Error("the browser does not let a page copy");
}
