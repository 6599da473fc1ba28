// The service worker. Keeps the files of the build, and for the one person who is signed in the pages that she needs on the road.
// `self.SHELL` is written before this by the server: version, files, offline, sign_out, sign_in, pages.
const { version, files, offline, sign_out: signOut, sign_in: signIn, pages } = self.SHELL;
const SHELL_CACHE = `shell-${version}`;
const PAGES = "pages"; // of one person; whose, stands under WHOSE
const WHOSE = "/offline/whose";
const MOST = 60;
const OLDEST = 7 * 24 * 3600 * 1000;
const KEPT_AT = "X-Kept-At";
const BRIEF = /^\/accounts\/\d+\/$|^\/activities\/\d+\/((edit|report)\/)?$/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL_CACHE).then((cache) => cache.addAll([...files, offline])).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("shell-") && name !== SHELL_CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const isKept = (url) => pages.includes(url.pathname) || BRIEF.test(url.pathname);

async function whose() {
  const answer = await (await caches.open(PAGES)).match(WHOSE);
  return answer ? answer.text() : "";
}

/** Everything of the person before is forgotten as soon as an answer is somebody else's, or nobody's. */
async function belongsTo(person) {
  if ((await whose()) === person) return;
  await caches.delete(PAGES);
  if (person) await (await caches.open(PAGES)).put(WHOSE, new Response(person));
}

async function keep(url, answer) {
  const person = answer.headers.get("X-Person") ?? "";
  await belongsTo(person);
  if (!person || !answer.ok || answer.redirected || !isKept(url)) return;
  const headers = new Headers(answer.headers);
  headers.set(KEPT_AT, String(Date.now()));
  headers.delete("Set-Cookie");
  const cache = await caches.open(PAGES);
  await cache.delete(url.pathname);
  await cache.put(url.pathname, new Response(await answer.blob(), { status: 200, headers }));
  const kept = (await cache.keys()).filter((request) => new URL(request.url).pathname !== WHOSE);
  for (const request of kept.slice(0, Math.max(0, kept.length - MOST))) await cache.delete(request);
}

async function kept(url) {
  const cache = await caches.open(PAGES);
  const answer = isKept(url) ? await cache.match(url.pathname) : null;
  if (answer && Date.now() - Number(answer.headers.get(KEPT_AT)) < OLDEST) return answer;
  return caches.match(offline);
}

async function page(event, url) {
  try {
    const answer = await fetch(event.request);
    const plain = answer.type === "basic" && (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
    if (plain && !answer.redirected) event.waitUntil(keep(url, answer.clone()));
    else if (new URL(answer.url || url).pathname.startsWith(signIn)) event.waitUntil(caches.delete(PAGES));
    return answer;
  } catch {
    return kept(url);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method !== "GET") {
    if (url.pathname === signOut) event.waitUntil(caches.delete(PAGES));
    return;
  }
  if (files.includes(url.pathname)) {
    event.respondWith(caches.match(request, { cacheName: SHELL_CACHE }).then((found) => found ?? fetch(request)));
  } else if (request.mode === "navigate" && url.pathname !== signIn) {
    event.respondWith(page(event, url));
  }
});

/** The page hands over what is needed on the road: fetched one after the other, with the person's own cookies. */
async function fetchAhead(addresses) {
  for (const address of addresses) {
    const url = new URL(address, location.origin);
    if (url.origin !== location.origin || !isKept(url)) continue;
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (!answer.redirected) await keep(url, answer);
    } catch {
      return; // no connection any more: what is kept stays
    }
  }
}

self.addEventListener("message", (event) => {
  if (event.data?.wanted) event.waitUntil(fetchAhead(event.data.wanted));
  if (event.data?.forget) event.waitUntil(caches.delete(PAGES));
});
