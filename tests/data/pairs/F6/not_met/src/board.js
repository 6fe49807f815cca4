export class BadNotice extends Error {}

export class Board {
  constructor(notices = []) {
    this.notices = notices;
  }

  add({ title, body }) {
    const notice = { number: this.notices.length + 1, title, body };
    this.notices.push(notice);
    return notice;
  }

  newestFirst() {
    return [...this.notices].reverse();
  }
}
