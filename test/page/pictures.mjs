// Draws the pictures of docs/status-page.md: pictures.mjs PAGE_SITE CHROMIUM (see run).
import { RealServer, Site, checked, launch, open, row, service, token, unchecked, until } from "./site.mjs";

const servers = [];
for (let i = 0; i < 5; ++i) servers.push(await RealServer.start());
const site = await Site.start(
  service("web", "203.0.113.10", checked("web01", servers[0]) + checked("web02", servers[1]) + checked("web03", servers[2])) +
  service("shop", "203.0.113.20", checked("shop01", servers[3], 4) + checked("shop02", servers[4], 4)) +
  service("static", "203.0.113.30", unchecked("s01", "10.0.3.11") + unchecked("s02", "10.0.3.12")));
const browser = await launch();
const shot = async (name, path, options) => {
  const page = await open(browser, site, path, options);
  await page.waitForTimeout(25000);  // for lines of the past
  await page.screenshot({ path: `docs/pictures/${name}.png` });
  await page.context().close();
};
{
  const page = await open(browser, site);
  await page.evaluate((it) => sessionStorage.setItem("lvsd-token", it), token);
  await row(page, "web/web03").getByRole("button", { name: "Drain" }).click();
  await page.getByLabel("Reason").fill("kernel patch");
  await page.getByRole("dialog").getByRole("button", { name: "Drain" }).click();
  await until("it drains", async () => (await row(page, "web/web03").innerText()).includes("DRAIN"));
  await servers[4].down();
  await until("it is down", async () => (await row(page, "shop/shop02").innerText()).includes("DOWN"));
  await page.context().close();
}
await shot("status", "/", { viewport: { width: 1240, height: 1090 } });
await shot("status-dark", "/?open=shop%2Fshop02", { viewport: { width: 1240, height: 1090 }, colorScheme: "dark" });
await shot("status-phone", "/", { viewport: { width: 390, height: 844 }, isMobile: true });
await browser.close();
await site.stop();
for (const server of servers) await server.down().catch(() => {});
