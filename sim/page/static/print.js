"use strict";
// On paper nothing can be unfolded: what is folded on the screen is open while it is printed.

let folded = [];

addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const fold of folded) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of folded) fold.open = false;
  folded = [];
});
