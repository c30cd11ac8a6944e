// Ask again and again: never in a hidden tab, and seldom while nobody answers.

const SLOWEST_MS = 60_000;

// `work` is awaited every `everyMs`; `failed(error)` hears what went wrong, `null` once it goes well again. The answer
// is a function that asks at once, or once more behind what is asked now.
export function poll(everyMs, work, failed) {
  let timer = 0;
  let failures = 0;
  let busy = false;
  let wanted = false;

  async function round() {
    clearTimeout(timer);
    wanted = busy;
    if (document.hidden || busy) return;
    busy = true;
    try {
      await work();
      if (failures) failed(null);
      failures = 0;
    } catch (error) {
      failures += 1;
      failed(error);
    }
    busy = false;
    if (wanted) {
      round();
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(round, Math.min(everyMs * 2 ** Math.min(failures, 5), Math.max(SLOWEST_MS, everyMs)));
  }

  document.addEventListener("visibilitychange", round);
  round();
  return round;
}

// What polls say when they fail: in one place of the page, told once.
export function outage(t) {
  const place = document.getElementById("outage");
  return (error) => {
    place.hidden = error === null;
    const text = error === null ? "" : error instanceof TypeError ? t("unreachable") : t("failed", { detail: error.message });
    if (place.textContent !== text) place.textContent = text;
  };
}
