// What runs inside the page while the tablet app is measured; `app` is the object that the screens use.
({
  app: document.querySelector("td-app").app,
  bare: null,

  /** Every item is answered with a note, and photos are attached. */
  async fill(id, photos) {
    const visit = await this.app.open(id);
    const items = visit.items();
    for (const one of items.filter((item) => item.item.response === "conformity"))
      await visit.answer(one.code, { value: "phu_hop", note: "Đã xem hồ sơ số 12 ngày 05/3/2022" });
    for (let number = 0; number < photos; number += 1) {
      const bytes = new Blob([new Uint8Array(200_000).fill(number)]);
      const item = items[number % items.length].code;
      await visit.addPhoto({ bytes, mime: "image/jpeg", item, caption: `Ảnh ${number}` });
    }
    return items.length;
  },

  /** A store of our own in the same page, strict as the app's, and a key for it. */
  async bareStore() {
    const made = indexedDB.open("bare", 1);
    made.onupgradeneeded = () => {
      made.result.createObjectStore("records", { autoIncrement: true });
      made.result.createObjectStore("log", { autoIncrement: true });
    };
    const db = await this.done(made);
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return { db, key };
  },

  done(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  },

  async put({ db }, store, records) {
    await new Promise((resolve, reject) => {
      const transaction = db.transaction(store, "readwrite", { durability: "strict" });
      for (const one of records) transaction.objectStore(store).put(one);
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  },

  async sealed({ key }, bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
  },

  /** The floor of a tap: a record of an operation's size, sealed and put strictly. */
  async barePut(bare) {
    const begin = performance.now();
    await this.put(bare, "records", [await this.sealed(bare, new Uint8Array(620))]);
    return performance.now() - begin;
  },

  /** The floor of an opening: as many seals of that size, read in one go and opened. */
  async bareOpening(count) {
    this.bare ??= await this.bareStore();
    const { db, key } = this.bare;
    const store = () => db.transaction("log").objectStore("log");
    const missing = count - (await this.done(store().count()));
    const text = new TextEncoder().encode(JSON.stringify({ body: "x".repeat(600) }));
    const more = Array.from({ length: missing }, () => this.sealed(this.bare, text));
    await this.put(this.bare, "log", await Promise.all(more));
    await this.rest(300);
    const begin = performance.now();
    const rows = await this.done(store().getAll());
    const opened = rows.map(({ iv, data }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
    for (const one of await Promise.all(opened)) JSON.parse(new TextDecoder().decode(one));
    return performance.now() - begin;
  },

  /** Until what was asked for has been painted. */
  painted() {
    return new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
    });
  },

  /** A button of the item's line that is not chosen, brought before the eyes as somebody would who taps it. */
  async inView(item) {
    const line = document.getElementById(`item-${item}`);
    line.scrollIntoView({ block: "center" });
    await this.rest(150);
    return line.querySelector("[aria-pressed=false]");
  },

  /** From the tap on a button of the list until the screen shows it as saved. */
  async seen(button) {
    const begin = performance.now();
    await new Promise((resolve) => {
      const watch = new MutationObserver(() => {
        if (button.getAttribute("aria-pressed") !== "true") return;
        watch.disconnect();
        resolve();
      });
      watch.observe(button, { attributeFilter: ["aria-pressed"] });
      button.click();
    });
    await this.painted();
    return performance.now() - begin;
  },

  rest(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  },

  /** Bare puts, taps asked of the app, and taps on the screen, one after the other. */
  async taps(id, count) {
    const visit = await this.app.open(id);
    const items = visit.items().filter((item) => item.item.response === "conformity");
    this.bare ??= await this.bareStore();
    const took = { bare: [], durable: [], seen: [] };
    for (let place = 0; place < count; place += 1) {
      const one = items[(place * 7) % items.length].code;
      const other = items[(place * 7 + 3) % items.length].code;
      took.bare.push(await this.barePut(this.bare));
      await this.rest(50);
      const now = visit.item(one).answer.value;
      const begin = performance.now();
      await visit.answer(one, { value: now === "phu_hop" ? "luu_y" : "phu_hop" });
      took.durable.push(performance.now() - begin);
      await this.rest(120);
      took.seen.push(await this.seen(await this.inView(other)));
      await this.rest(120);
    }
    return took;
  },

  /** All items of the inspection stand in one list. */
  async wholeList(id) {
    location.hash = `#/i/${id}/checklist`;
    await this.rest(500);
    document.querySelector(".filters button:last-child").click();
    await this.painted();
  },

  /** Locked and unlocked where no inspection is shown; then until everything the list shows of it is known. */
  async opened(id, pin) {
    location.hash = "#/waiting";
    await this.unlocked(pin);
    await this.rest(500);
    const begin = performance.now();
    const visit = await this.app.open(id);
    void [visit.items(), visit.sections, visit.summary];
    return performance.now() - begin;
  },

  /** Locked and unlocked before the checklist: from the right PIN until its list has been painted. */
  async shown(id, pin) {
    location.hash = `#/i/${id}/checklist`;
    await this.rest(500);
    const begin = await this.unlocked(pin);
    while (!document.querySelector("td-checklist td-item article")) await this.painted();
    await this.painted();
    return performance.now() - begin;
  },

  /** The moment at which the app knew that the PIN is right. */
  async unlocked(pin) {
    const { person_id } = this.app.person;
    this.app.lock();
    let begin = 0;
    const stop = this.app.subscribe("stage", () => {
      if (this.app.stage === "ready") begin ||= performance.now();
    });
    await this.app.unlock(person_id, pin);
    stop();
    return begin;
  },
})
