// The part of Markdown that cards are written in: paragraphs, bold paragraphs, lists, backslash escapes, tables.
// Everything becomes a text node; nothing of a card is ever read as HTML.

const ESCAPED = /\\([!-/:-@[-`{-~])/g;

export function plain(text) {
  return text.replace(ESCAPED, "$1");
}

function spans(text, into) {
  // **bold**, where the stars are not escaped.
  const parts = text.split(/((?<!\\)\*\*(?:\\.|[^\\])+?(?<!\\)\*\*)/);
  for (const part of parts) {
    if (part.length > 4 && part.startsWith("**") && part.endsWith("**")) {
      const strong = document.createElement("strong");
      strong.textContent = plain(part.slice(2, -2));
      into.append(strong);
    } else if (part) {
      into.append(plain(part));
    }
  }
}

export function markdown(text) {
  const whole = document.createDocumentFragment();
  for (const block of text.split(/\n{2,}/)) {
    const lines = block.split("\n").filter((line) => line.trim());
    if (!lines.length) continue;
    if (lines.every((line) => line.startsWith("- "))) {
      const list = document.createElement("ul");
      for (const line of lines) {
        const item = document.createElement("li");
        spans(line.slice(2), item);
        list.append(item);
      }
      whole.append(list);
    } else {
      const paragraph = document.createElement("p");
      lines.forEach((line, place) => {
        if (place) paragraph.append(" ");
        spans(line, paragraph);
      });
      whole.append(paragraph);
    }
  }
  return whole;
}
