// A draft that one comes back to: the same form as without scripts, kept while one types.
import { Studio } from "./studio.js";

const root = document.querySelector("[data-item]");

class Draft extends Studio {
  settled(more) {
    if (more.draft === false) location.assign(`/v/${encodeURIComponent(this.id)}`);
  }

  gone() {
    location.reload();
  }
}

const draft = new Draft(root);
draft.preview.open(true);
draft.adopt(root.dataset.id).catch((refusal) => draft.tell(refusal.message, true));
addEventListener("beforeunload", (event) => draft.video && draft.dirty && event.preventDefault());
