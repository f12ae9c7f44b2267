// What the scripts of the studio say: the page has the sentences, in its language.
const sentences = document.querySelector("[data-say]").content;
const known = (kind) =>
  Object.fromEntries([...sentences.querySelectorAll(`[data-${kind}]`)].map((p) => [p.dataset[kind], p.textContent]));

export const say = known("of");
export const problems = known("problem");
export const fill = (sentence, ...values) => values.reduce((text, value) => text.replace("{}", value), sentence);
