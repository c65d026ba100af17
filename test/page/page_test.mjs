// The status page as people use it: page_test.mjs PAGE_SITE CHROMIUM (see run).
import assert from "node:assert/strict";
import http from "node:http";
import { join } from "node:path";
import { RealServer, Site, checked, launch, open, row, service, state, token, unchecked, until } from "./site.mjs";

const first = await RealServer.start();
const second = await RealServer.start();
const third = await RealServer.start();
const site = await Site.start(
  service("web", "10.0.0.1", checked("web01", first) + checked("web02", second) + unchecked("web03", "10.9.0.3", 5)) +
  service("shop", "10.0.0.2", checked("shop01", third) + unchecked("shop02", "10.9.0.5")));
const browser = await launch();
const tests = [];
const test = (name, run) => tests.push({ name, run });

// No page may complain of anything or ask anybody else for anything.
async function closed(page, { complaints = 0 } = {}) {
  assert.deepEqual(page.strange, [], "asked others");
  if (complaints === 0) assert.deepEqual(page.complaints, [], "complained");
  await page.context().close();
}
const is = (page, name, word) => until(`${name} is ${word}`, async () => (await state(page, name)).includes(word));

test("a server that dies is DOWN on the page without anybody's doing, and back when it is", async () => {
  const page = await open(browser, site);
  await is(page, "web/web01", "ACTIVE");
  await until("the page is live", async () => (await page.locator("#live").innerText()) === "live");
  await page.evaluate(() => { window.same = document.querySelector('tr[data-key="web/web01"]'); });
  await first.down();
  await is(page, "web/web01", "DOWN");
  await until("the attention list names it", async () => (await page.locator(".attention").innerText()).includes("web/web01 DOWN"));
  assert.match(await page.locator(".events").innerText(), /Server web\/web01 .* is DOWN/);
  assert.match(await page.title(), /^DEGRADED/);
  assert.match(await page.locator("#live").innerText(), /web\/web01 .* is DOWN/);
  await first.up();
  await is(page, "web/web01", "ACTIVE");
  assert.ok(await page.evaluate(() => window.same === document.querySelector('tr[data-key="web/web01"]')), "the row is the same node");
  await until("there is a line of the past", async () => (await row(page, "web/web01").locator(".past polyline").count()) === 1);
  await closed(page);
});

test("a server is drained and enabled from the page, with a reason, and the token is asked for once", async () => {
  const page = await open(browser, site);
  await row(page, "shop/shop01").getByRole("button", { name: "Drain" }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByRole("heading").innerText(), "Drain shop/shop01");
  await dialog.getByRole("button", { name: "Drain" }).click();
  assert.ok(await dialog.isVisible(), "there is no change without a reason");
  await dialog.getByLabel("Reason").fill('kernel patch <b>"x"</b>');
  await dialog.getByLabel("Token").fill("not the token of this");
  await dialog.getByRole("button", { name: "Drain" }).click();
  await until("a wrong token is refused", async () => (await page.locator("#wish-answer").innerText()) !== "");
  assert.match(await state(page, "shop/shop01"), /ACTIVE/);
  await dialog.getByLabel("Token").fill(token);
  await dialog.getByRole("button", { name: "Drain" }).click();
  await is(page, "shop/shop01", "DRAIN");
  await dialog.waitFor({ state: "hidden" });
  assert.match(await row(page, "shop/shop01").innerText(), /kernel patch <b>"x"<\/b>/);
  assert.match(await page.locator(".attention").innerText(), /shop\/shop01 DRAIN/);

  await row(page, "shop/shop01").getByRole("button", { name: "Enable" }).click();
  assert.ok(!(await dialog.getByLabel("Token").isVisible()), "the token is kept");
  await dialog.getByLabel("Reason").fill("done");
  await dialog.getByRole("button", { name: "Enable" }).click();
  await is(page, "shop/shop01", "ACTIVE");

  await row(page, "shop/shop01").getByRole("button", { name: "Weight" }).click();
  await dialog.getByLabel("Weight").fill("3");
  await dialog.getByLabel("Reason").fill("slow today");
  await dialog.getByRole("button", { name: "Weight" }).click();
  await until("the weight is 3", async () => (await row(page, "shop/shop01").locator('[data-label="Weight"]').innerText()).includes("3 (10)"));
  await closed(page, { complaints: 1 });  // of the 401
});

test("the last server of a service is taken out only by who says so twice", async () => {
  const page = await open(browser, site);
  await page.evaluate((it) => sessionStorage.setItem("lvsd-token", it), token);
  const wish = async (name, button, force = false) => {
    await row(page, name).getByRole("button", { name: button }).click();
    await page.getByLabel("Reason").fill("test");
    await page.getByRole("dialog").getByRole("button", { name: button }).click();
    if (!force) return;
    await until("it is refused", async () => page.locator("#wish-force").isVisible());
    await page.getByLabel("do it all the same").check();
    await page.getByRole("dialog").getByRole("button", { name: button }).click();
  };
  await wish("shop/shop02", "Drain");
  await is(page, "shop/shop02", "DRAIN");
  await wish("shop/shop01", "Drain", true);
  await is(page, "shop/shop01", "DRAIN");
  for (const name of ["shop/shop01", "shop/shop02"]) {
    await wish(name, "Enable");
    await is(page, name, "ACTIVE");
  }
  await closed(page, { complaints: 1 });  // of the 409
});

test("all of it is done with the keyboard alone and focus is seen and stays", async () => {
  const page = await open(browser, site);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-expanded") !== null ? document.activeElement.textContent : document.activeElement.name || document.activeElement.textContent.trim());
  const tab_to = async (what) => {
    for (let i = 0; i < 60; ++i) {
      await page.keyboard.press("Tab");
      if ((await focused()) === what) return;
    }
    assert.fail(`no way to ${what} by the keyboard`);
  };
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip to the services");
  await tab_to("filter");
  await page.keyboard.type("web02");
  await until("the rows are those that were asked for", async () => (await page.locator("tr[data-rate]").count()) === 1);
  assert.equal(await focused(), "filter");
  assert.equal(await page.locator("[name=filter]").inputValue(), "web02");
  await tab_to("web02");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
  await page.keyboard.press("Enter");
  await until("its checks are shown", async () => (await page.locator("tr.checks").count()) === 1);
  assert.match(await page.locator("tr.checks").innerText(), /TCP_CHECK 127\.0\.0\.1:\d+/);
  assert.equal(await focused(), "web02");
  await page.waitForTimeout(2500);  // readings go on
  assert.equal(await focused(), "web02");
  await tab_to("Drain web/web02");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "reason");
  await page.keyboard.press("Escape");
  await until("focus is back", async () => (await focused()) === "Drain web/web02");
  await page.goBack();
  await until("the view before is back", async () => (await page.locator("tr.checks").count()) === 0);
  await closed(page);
});

test("without JavaScript it is the same page, with its filter, its order and its checks", async () => {
  const page = await open(browser, site, "/", { javaScriptEnabled: false });
  assert.match(await state(page, "web/web02"), /ACTIVE/);
  assert.equal(await page.locator("button[data-wish]:visible").count(), 0);
  await page.locator("[name=filter]").fill("state=ACTIVE && service=web");
  await page.locator("[name=sort]").selectOption("worst");
  await page.getByRole("button", { name: "Show" }).click();
  assert.match(page.url(), /filter=state.*sort=worst/);
  assert.equal(await page.locator("tr[data-rate]").count(), 3);
  await page.getByRole("link", { name: "web02", exact: true }).click();
  assert.match(await page.locator("tr.checks").innerText(), /TCP_CHECK/);
  await page.getByRole("link", { name: /show it again/ }).click();
  assert.equal(await page.locator("meta[http-equiv=refresh]").getAttribute("content"), "5");
  await closed(page);
});

// Of an element's text on what is behind it: WCAG 2.1, 1.4.3.
const contrasts = () => {
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour.startsWith("rgb(") || parts(colour)[3] === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll(".state, small, td, dt, dd, .facts, a, button, li, h1, h2")].filter((one) => one.innerText && one.checkVisibility()).map((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
    return { what: one.className + " " + one.innerText.slice(0, 20), ratio: (a + 0.05) / (b + 0.05) };
  });
};

for (const colorScheme of ["light", "dark"])
  test(`in ${colorScheme} everything can be read`, async () => {
    await second.down();
    const page = await open(browser, site, "/", { colorScheme });
    await is(page, "web/web02", "DOWN");
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const sum = ground.match(/\d+/g).map(Number).reduce((a, b) => a + b);
    assert.ok(colorScheme === "dark" ? sum < 150 : sum > 600, ground);
    assert.deepEqual((await page.evaluate(contrasts)).filter((one) => one.ratio < 4.5), []);
    await second.up();
    await is(page, "web/web02", "ACTIVE");
    await closed(page);
  });

test("on a phone nothing is wider than the phone and every value has its name", async () => {
  const page = await open(browser, site, "/?open=web/web01", { viewport: { width: 360, height: 740 }, isMobile: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 360, `${wide} wide`);
  const label = await page.evaluate(() => getComputedStyle(document.querySelector('td[data-label="Weight"]'), "::before").content);
  assert.equal(label, '"Weight"');
  await closed(page);
});

test("a page of another site can neither show this one nor change anything", async () => {
  const answer = await site.get("/");
  assert.match(answer.headers["content-security-policy"], /frame-ancestors 'none'/);
  // Through the Unix socket, where no token is asked for, nothing is offered.
  const local = await new Promise((done) => http.get({ socketPath: join(site.directory, "lvsd.sock"), path: "/" }, (it) => {
    let body = "";
    it.on("data", (text) => { body += text; }).on("end", () => done(body));
  }));
  assert.match(local, /shop01/);
  assert.ok(answer.body.includes('data-wish="') && !local.includes('data-wish="'));
  const page = await open(browser, site);
  const status = await page.evaluate(async () => (await fetch("/api/v1/services/web/servers/web01/drain?reason=x", { method: "POST" })).status);
  assert.equal(status, 401);
  assert.match(await state(page, "web/web01"), /ACTIVE/);
  await closed(page, { complaints: 1 });
});

test("when lvsd is gone the page says so and keeps what it had", async () => {
  const page = await open(browser, site);
  await page.clock.install();
  await site.stop();
  await until("the page says so", async () => {
    await page.clock.fastForward(5000);
    return (await page.locator("#live").innerText()).startsWith("lost");
  });
  assert.match(await state(page, "web/web01"), /ACTIVE/);
  await page.context().close();
});

let failed = 0;
for (const { name, run } of tests) {
  try {
    await run();
    console.log(`ok    ${name}`);
  } catch (failure) {
    ++failed;
    console.log(`FAILED ${name}\n${failure.stack || failure}`);
  }
}
await browser.close();
if (site.process.exitCode === null) await site.stop();
for (const server of [first, second, third]) await server.down().catch(() => {});
if (failed !== 0) console.log(site.log.split("\n").slice(-30).join("\n"));
process.exit(failed === 0 ? 0 : 1);
