// What the tests of the status page share: lvsd over a fake kernel (page_site), real servers that
// come and go, and a browser that takes down all that it asks for and all that it complains of.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { chromium } = await import(process.env.PLAYWRIGHT);

export const token = "a-token-of-the-tests-0123";

// A real server: accepts connections while it is up.
export class RealServer {
  static async start() {
    const server = new RealServer();
    await server.up(0);
    return server;
  }
  async up(port = this.port) {
    this.listener = net.createServer((socket) => { socket.on("error", () => {}); socket.end(); });
    await new Promise((done, fail) => this.listener.once("error", fail).listen(port, "127.0.0.1", done));
    this.port = this.listener.address().port;
  }
  down() {
    return new Promise((done) => this.listener.close(done));
  }
}

export function service(name, address, servers) {
  return `virtual_server ${address} 80 {\n  name ${name}\n  protocol TCP\n  lvs_method NAT\n  lvs_sched wlc\n` +
    `  delay_loop 1\n  warmup 0\n${servers}}\n`;
}
export function checked(name, server, weight = 10) {
  return `  real_server 127.0.0.1 ${server.port} {\n    name ${name}\n    weight ${weight}\n    TCP_CHECK {\n` +
    "      connect_timeout 1\n      retry 0\n    }\n  }\n";
}
export function unchecked(name, address, weight = 10) {
  return `  real_server ${address} 80 {\n    name ${name}\n    weight ${weight}\n  }\n`;
}

async function free_port() {
  const listener = net.createServer();
  await new Promise((done) => listener.listen(0, "127.0.0.1", done));
  const { port } = listener.address();
  await new Promise((done) => listener.close(done));
  return port;
}

export class Site {
  // Waits until it answers.
  static async start(config, patience = 20000) {
    const site = new Site();
    site.directory = mkdtempSync(join(tmpdir(), "lvsd-page-"));
    mkdirSync(join(site.directory, "state"));
    const file = join(site.directory, "token");
    writeFileSync(file, token + "\n");
    chmodSync(file, 0o600);
    const port = await free_port();
    site.base = `http://127.0.0.1:${port}`;
    const api = `global_defs {\n  api {\n    listen 127.0.0.1 ${port}\n    write yes\n    token_file ${file}\n  }\n}\n`;
    writeFileSync(join(site.directory, "lvsd.conf"), api + config);
    site.log = "";
    site.process = spawn(process.argv[2], [join(site.directory, "lvsd.conf"), join(site.directory, "lvsd.sock"), join(site.directory, "state")]);
    site.ended = new Promise((done) => site.process.once("exit", done));
    for (const stream of [site.process.stdout, site.process.stderr]) stream.on("data", (text) => { site.log += text; });
    await until("lvsd answers", async () => (await site.get("/readyz")).status === 200, patience).catch((failure) => {
      site.process.kill("SIGKILL");
      throw new Error(`${failure.message}\n${site.log.slice(-2000)}`);
    });
    return site;
  }
  // Status 0: there was no whole answer.
  get(path) {
    return new Promise((done) => {
      const none = () => done({ status: 0, headers: {}, body: "" });
      http.get(this.base + path, { timeout: 60000 }, (answer) => {
        let body = "";
        answer.on("data", (text) => { body += text; }).on("error", none)
          .on("end", () => done({ status: answer.statusCode, headers: answer.headers, body }));
      }).on("error", none).on("timeout", none);
    });
  }
  async stop() {
    this.process.kill("SIGTERM");
    await this.ended;
    rmSync(this.directory, { recursive: true });
  }
}

export async function until(what, holds, patience = 8000) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((done) => setTimeout(done, 25)))
    if (await holds()) return;
  throw new Error(`not within ${patience} ms: ${what}`);
}

export function launch() {
  return chromium.launch({ executablePath: process.argv[3], args: ["--no-sandbox"] });
}

// A page of the browser, with what it asked others for and what it complained of.
export async function open(browser, site, path = "/", options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  page.strange = [];
  page.complaints = [];
  page.on("request", (request) => { if (!request.url().startsWith(site.base + "/") && !request.url().startsWith("data:")) page.strange.push(request.url()); });
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) page.complaints.push(message.text()); });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(site.base + path);
  return page;
}

export const row = (page, name) => page.locator(`tr[data-key="${name}"]`);
export const state = (page, name) => row(page, name).locator(".state").innerText();
