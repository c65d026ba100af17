// How soon the status page is there, and what it costs lvsd: bench.mjs PAGE_SITE CHROMIUM (see run).
// Medians of several, in ms, beside what a page of one service takes: the ratio is what counts.
import { Site, launch, open, service, unchecked, until } from "./site.mjs";

const rounds = 7;
const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const ms = (number) => number.toFixed(0).padStart(7);

async function measured(services, servers) {
  let config = "";
  for (let i = 0; i < services; ++i) {
    let members = "";
    for (let k = 1; k <= servers; ++k) members += unchecked(`s${k}`, `10.9.${i % 200}.${k}`);
    config += service(`web${i}`, `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, members);
  }
  const site = await Site.start(config, 180000);
  const browser = await launch();
  const painted = [];
  const complete = [];
  for (let i = 0; i < rounds; ++i) {
    const page = await open(browser, site);
    await until("it is painted", () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint").length === 1), 20000);
    painted.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
    complete.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
    await page.context().close();
  }
  const asked = async (path) => {
    const times = [];
    let size = 0;
    for (let i = 0; i < rounds; ++i) {
      const begin = performance.now();
      size = (await site.get(path)).body.length;
      times.push(performance.now() - begin);
    }
    return { time: median(times), size };
  };
  const whole = await asked("/");
  const words = await asked("/?filter=web99");
  const expression = await asked("/?filter=state%21%3DACTIVE");
  const order = await asked("/?sort=rate&servers=no");

  // Whether others wait while pages are made: the longest of many answers about life.
  let making = true;
  const makers = [1, 2, 3].map(async () => { while (making) await site.get("/?filter=state%21%3DACTIVE"); });
  const lives = [];
  for (let i = 0; i < 200; ++i) {
    const begin = performance.now();
    await site.get("/healthz");
    lives.push(performance.now() - begin);
  }
  making = false;
  await Promise.all(makers);
  await browser.close();
  await site.stop();
  console.log(`${String(services).padStart(5)} x ${servers}  ${ms(median(painted))} ${ms(median(complete))} ${ms(whole.time)} ${String(Math.round(whole.size / 1000)).padStart(5)} kB ${ms(words.time)} ${ms(expression.time)} ${ms(order.time)}   ${ms(median(lives))} ${ms(Math.max(...lives))}`);
}

console.log("              first    whole     page          filtered  filtered  services   /healthz meanwhile");
console.log("              paint     page    alone   size   by words  by expr.  by rate    median  longest");
await measured(1, 10);
await measured(500, 10);
await measured(5000, 10);
