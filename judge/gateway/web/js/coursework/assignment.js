// What an assignment says: moments in the zone of who reads, and what to begin with.

const language = document.documentElement.lang || "en";
const long = new Intl.DateTimeFormat(language, {
  weekday: "short", year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit",
  timeZoneName: "short",
});

for (const time of document.querySelectorAll("time[data-ms]")) {
  time.textContent = long.format(new Date(Number(time.dataset.ms)));
}

// {name, text} of the only file that students begin with; null = there is none, or there are more.
export async function starter() {
  const address = document.getElementById("assignment")?.dataset.starter;
  if (!address) return null;
  const answer = await fetch(address);
  if (!answer.ok) return null;
  return { name: document.getElementById("assignment").dataset.starterName, text: await answer.text() };
}

// What the only program is called, where the assignment says so.
export function requiredName() {
  return document.getElementById("assignment")?.dataset.required || "";
}
