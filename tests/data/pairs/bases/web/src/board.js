export class BadNotice extends Error {}

export class Board {
  constructor(notices = []) {
    this.notices = notices;
  }

  add({ title, body }) {
    if (typeof title !== "string" || title.trim() === "") {
      throw new BadNotice("title must not be empty");
    }
    const notice = { number: this.notices.length + 1, title: title.trim(), body: String(body ?? "") };
    this.notices.push(notice);
    return notice;
  }

  newestFirst() {
    return [...this.notices].reverse();
  }
}
