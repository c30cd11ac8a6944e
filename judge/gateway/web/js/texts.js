// The texts of a page: `const t = await texts("playground"); t("run"); t("tests", {n: 3})`; t.has("run"): there is one.

const language = document.documentElement.lang;

export async function texts(section) {
  const answer = await fetch(new URL(`../texts/${language}/${section}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`texts of ${section}: ${answer.status}`);
  const found = await answer.json();
  const text = (name, values = {}) => {
    const wanted = (values.n === 1 && found[`${name}_one`]) || found[name];
    if (wanted === undefined) throw new Error(`no text ${section}.${name}`);
    return wanted.replace(/\{(\w+)\}/g, (_, word) => {
      if (values[word] === undefined) throw new Error(`the text ${section}.${name} needs ${word}`);
      return String(values[word]);
    });
  };
  text.has = (name) => found[name] !== undefined;
  return text;
}
