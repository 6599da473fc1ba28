// <kk-board>: cards are dragged between lanes, or carried by keyboard (Space, arrows, Enter). The server moves the record; what fails goes back.
import { openAnswer } from "./dialog.js";
import { csrfToken, say } from "./shell.js";
import { toast } from "./toast.js";

/** What puts a card back to where it stands now. Cards stand in chunks, so that the browser lays out only those in sight. */
function stand(card) {
  const chunk = card.parentElement;
  const next = card.nextElementSibling;
  return () => chunk.insertBefore(card, next?.parentElement === chunk ? next : null);
}

class Board extends HTMLElement {
  connectedCallback() {
    if (this.dataset.sums) this.fetchSums();
    if (!this.dataset.move) return;
    this.addEventListener("dragstart", (event) => this.pick(event));
    this.addEventListener("dragover", (event) => this.over(event));
    this.addEventListener("drop", (event) => this.drop(event));
    this.addEventListener("dragend", () => this.release());
    this.addEventListener("keydown", (event) => this.key(event));
  }

  get lanes() {
    return [...this.querySelectorAll("[data-lane]")];
  }

  pick(event) {
    this.card = event.target.closest(".card");
    if (!this.card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", this.card.dataset.id);
    this.card.classList.add("is-carried");
  }

  over(event) {
    const lane = this.card && event.target.closest("[data-lane]");
    if (!lane) return;
    event.preventDefault();
    if (lane === this.target) return;
    this.target?.classList.remove("is-target");
    this.target = lane;
    lane.classList.add("is-target");
  }

  drop(event) {
    const lane = event.target.closest("[data-lane]");
    const card = this.card;
    if (!lane || !card) return;
    event.preventDefault();
    this.release();
    this.put(card, lane);
  }

  release() {
    this.card?.classList.remove("is-carried");
    this.target?.classList.remove("is-target");
    this.card = this.target = null;
  }

  key(event) {
    const card = event.target.closest(".card");
    if (!card) return;
    const carried = this.carried === card;
    if (event.key === " " && !carried) this.carry(event, card);
    else if (carried && ["ArrowLeft", "ArrowRight"].includes(event.key)) this.shift(event, event.key === "ArrowRight" ? 1 : -1);
    else if (carried && ["Enter", " "].includes(event.key)) this.settle(event, true);
    else if (carried && event.key === "Escape") this.settle(event, false);
  }

  carry(event, card) {
    event.preventDefault();
    event.stopPropagation();
    this.carried = card;
    this.from = card.closest("[data-lane]");
    this.place = stand(card);
    card.classList.add("is-carried");
    this.say(this.from);
  }

  shift(event, step) {
    event.preventDefault();
    event.stopPropagation();
    const lanes = this.lanes;
    const lane = lanes[lanes.indexOf(this.carried.closest("[data-lane]")) + step];
    if (!lane) return;
    lane.querySelector("[data-chunk]").prepend(this.carried);
    this.carried.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.carried.querySelector(".row-link").focus();
    this.say(lane);
  }

  settle(event, keep) {
    event.preventDefault();
    event.stopPropagation();
    const card = this.carried;
    const lane = card.closest("[data-lane]");
    this.carried = null;
    card.classList.remove("is-carried");
    this.place();
    if (keep) this.put(card, lane);
    card.querySelector(".row-link").focus();
  }

  say(lane) {
    this.querySelector("[data-said]").textContent = lane.getAttribute("aria-label");
  }

  async put(card, lane) {
    const from = card.closest("[data-lane]");
    if (from === lane) return;
    const place = stand(card);
    lane.querySelector("[data-chunk]").prepend(card);
    this.count(from, -1);
    this.count(lane, 1);
    const back = () => {
      place();
      this.count(from, 1);
      this.count(lane, -1);
    };
    try {
      const body = new URLSearchParams({ id: card.dataset.id, to: lane.dataset.lane, version: card.dataset.version ?? "" });
      const answer = await fetch(this.dataset.move, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (told.ask) {
        back();
        return openAnswer(`${told.ask}&back=${encodeURIComponent(location.search)}`);
      }
      if (!answer.ok) throw new Error(told.problem || say(answer.status === 403 ? "not_allowed" : "server_error"));
      document.getElementById("toasts")?.insertAdjacentHTML("beforeend", told.toast);
      if (told.version) card.dataset.version = told.version;
      if (told.sums) this.addUp(told.sums);
    } catch (problem) {
      back();
      toast(problem instanceof TypeError ? say("offline") : problem.message, "bad");
    }
  }

  /** Of very many cards the sums come after the cards. */
  async fetchSums() {
    const answer = await fetch(this.dataset.sums).catch(() => null);
    if (answer?.ok) this.addUp((await answer.json()).sums);
  }

  /** What each lane comes to now, as the server has added it up. */
  addUp(sums) {
    for (const lane of this.lanes) {
      const [count, sum, beside] = sums[lane.dataset.lane] ?? [0, "", ""];
      lane.querySelector("[data-count]").textContent = count;
      lane.querySelector("[data-sum]").textContent = sum;
      const second = lane.querySelector("[data-beside]");
      if (second) second.textContent = beside;
    }
  }

  count(lane, by) {
    const shown = lane.querySelector("[data-count]");
    const number = Number(shown.textContent);
    if (shown.textContent && Number.isFinite(number)) shown.textContent = number + by;
  }
}
customElements.define("kk-board", Board);
