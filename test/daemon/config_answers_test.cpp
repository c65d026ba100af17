#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/config_views.h"
#include "lvsctl/command_line.h"
#include "test/daemon/site.h"
#include "test/text/config.h"
#include "test/text/table.h"

// lvsctl and a whole daemon, over the socket: what an operator types, and what is printed.

using namespace lvsd;
using lvsd::test::eventually;
using lvsd::test::FakeRequest;
using lvsd::test::Site;
using lvsd::test::unchecked;
using lvsd::test::web;
using Json = nlohmann::json;

namespace {

// "exit 0", standard output, and standard error with "! " before each line; the directory of the
// site is "…".
struct Typed {
  ctl::Output output;
  std::string text;
};

Typed type(const Site& site, const std::string& line) {
  ctl::Surroundings here;
  here.connect = [](const std::filesystem::path& socket, std::chrono::milliseconds timeout) {
    return ctl::client(socket, timeout);
  };
  here.machine = ctl::this_machine();
  std::istringstream stream(line);
  std::vector<std::string> words = {"-s", site.options().socket};
  for (std::string word; stream >> word;)
    words.push_back(word);
  Typed typed{ctl::outcome(words, here), ""};
  typed.text = "exit " + std::to_string(static_cast<int>(typed.output.exit)) + "\n";
  typed.text += typed.output.out;
  std::istringstream errors(typed.output.err);
  for (std::string error; std::getline(errors, error);)
    typed.text += "! " + error + "\n";
  const std::string directory = (site.directory / "").string();
  for (std::size_t at = 0; (at = typed.text.find(directory, at)) != std::string::npos;)
    typed.text.replace(at, directory.size(), "…/");
  return typed;
}

const std::string kFile =
    "virtual_server 10.0.0.1 80 {\n"
    "    name web\n"
    "    protocol TCP\n"
    "    lvs_method NAT\n"
    "    real_server 10.0.0.2 80 {\n        weight 3\n    }\n"
    "    real_server 10.0.0.3 80 {\n    }\n"
    "}\n";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

// Entries of the API as configuration text again.
std::string text_of(const Json& entries) {
  std::string out;
  for (const Json& entry : entries) {
    out += entry.at("keyword").get<std::string>() + " " + entry.at("arguments").get<std::string>();
    if (!entry.at("block").is_null()) out += " {\n" + text_of(entry.at("block")) + "}";
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("config show prints what is in force and it loads to the same") {
  Site site(kFile);
  site.up();
  CHECK(type(site, "config show").text ==
        "exit 0\n"
        "virtual_server 10.0.0.1 80 {\n"
        "    name web\n"
        "    protocol TCP\n"
        "    real_server 10.0.0.2 80 {\n"
        "        weight 3\n"
        "    }\n"
        "    real_server 10.0.0.3 80 {\n"
        "    }\n"
        "}\n");
  const Config running = *test::load_text(kFile).config;
  for (const char* line : {"config show", "config show --effective", "config show --origin",
                           "config show --effective --origin"}) {
    INFO(line);
    const Typed typed = type(site, line);
    const Loaded again = test::load_text(typed.output.out);
    REQUIRE(again.config);
    CHECK(*again.config == running);
  }
  for (const char* line : {"config show -o json", "config show --effective -o json"}) {
    const Json json = Json::parse(type(site, line).output.out);
    CHECK(json.at("kind") == "Config");
    const Loaded again = test::load_text(text_of(json.at("entries")));
    REQUIRE(again.config);
    CHECK(*again.config == running);
  }
  // What is on the disk does not count, but for where values are from.
  site.write(replaced(kFile, "weight 3", "weight 4"));
  CHECK(type(site, "config show").output.out.find("weight 3") != std::string::npos);
  CHECK(type(site, "config show --origin").text ==
        "exit 5\n"
        "! lvsctl: the files have changed since they were loaded, so where the values are from is "
        "not known any more; 'lvsctl config diff' shows the change\n");
}

TEST_CASE("config show --origin tells the line that each value is from") {
  Site site(kFile);
  site.up();
  const std::string text = type(site, "config show --origin").text;
  CHECK(text.find("        weight 3                                 # …/lvsd.conf:6\n") !=
        std::string::npos);
}

TEST_CASE("config diff says what a reload would change and what it would do to the kernel") {
  Site site(kFile);
  site.up();
  CHECK(type(site, "config diff").text == "exit 0\nno difference\n");
  const auto writes = site.fake.changes();
  site.write(replaced(replaced(kFile, "weight 3", "weight 5"), "10.0.0.3", "10.0.0.4") +
             "virtual_server 10.0.0.7 53 {\n    protocol UDP\n    lvs_method NAT\n" + unchecked(8) +
             "}\n");
  const std::string expected =
      "exit 1\n"
      "web\n"
      "  ~ 10.0.0.2:80 weight 3 → 5\n"
      "  - 10.0.0.3:80\n"
      "  + 10.0.0.4:80\n"
      "+ udp:10.0.0.7:53\n"
      "kernel: 3 add, 1 set, 1 remove\n"
      "  add udp 10.0.0.7:53 wlc\n"
      "  add udp 10.0.0.7:53 -> 10.0.0.8:80 NAT weight 1\n"
      "  set tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT weight 5\n"
      "  add tcp 10.0.0.1:80 -> 10.0.0.4:80 NAT weight 1\n"
      "  remove tcp 10.0.0.1:80 -> 10.0.0.3:80\n";
  CHECK(type(site, "config diff").text == expected);
  // The same file read by lvsctl.
  CHECK(type(site, "config diff " + site.options().config_file).text == expected);
  CHECK(site.fake.changes() == writes);
  CHECK(site.generation() == 1);

  const Json json = Json::parse(type(site, "config diff -o json").output.out);
  CHECK(json.at("operations").size() == 5);
  CHECK(json.at("changes").at(0).at("before") == "3");
  CHECK(type(site, "config diff -o json").output.exit == ctl::Exit::negative);

  // And that is what a reload does.
  CHECK(type(site, "reload").output.exit == ctl::Exit::done);
  CHECK(site.fake.changes() == writes + 5);
  CHECK(type(site, "config diff").text == "exit 0\nno difference\n");
}

TEST_CASE("config diff says what a reload would do beside the table") {
  Site site(kFile);
  site.up();
  const auto writes = site.fake.changes();
  site.write("global_defs {\n    lvs_timeouts udp 60\n    lvs_sync_daemon lo id 3\n}\n" + kFile);
  const std::string said = type(site, "config diff").text;
  INFO(said);
  CHECK(said.find("exit 1\n") == 0);
  CHECK(said.find("kernel: 1 set, 2 start\n"
                  "  set timeouts udp 60\n"
                  "  start sync master on lo id 3\n"
                  "  start sync backup on lo id 3\n") != said.npos);
  CHECK(site.fake.changes() == writes);
  CHECK(type(site, "reload").output.exit == ctl::Exit::done);
  CHECK(type(site, "config diff").text == "exit 0\nno difference\n");
  // They are ours to end.
  site.write(kFile);
  CHECK(type(site, "config diff").text.find("kernel: 2 stop\n") != std::string::npos);
}

TEST_CASE("config diff of a broken file shows its mistakes") {
  Site site(kFile);
  site.up();
  site.write(replaced(kFile, "weight 3", "weigth 3"));
  CHECK(type(site, "config diff").text ==
        "exit 5\n"
        "! …/lvsd.conf:6:9: error: unknown keyword 'weigth' — did you mean 'weight'? [LVC010]\n"
        "!     6 |         weigth 3\n"
        "!       |         ^~~~~~\n"
        "! lvsctl: 1 error in …/lvsd.conf; the running configuration stays\n");
}

TEST_CASE("a configuration in a request reads no file of the daemon's") {
  Site site(kFile);
  site.up();
  std::ofstream(site.directory / "secret.conf") << "global_defs {\n    router_id hidden\n}\n";
  const std::string secret = (site.directory / "secret.conf").string();
  for (const std::string& body :
       {"include " + secret + "\n" + kFile, "includea " + secret + "\n" + kFile,
        "include " + (site.directory / "*.conf").string() + "\n" + kFile,
        "$A=${_ENV HOME}\n" + kFile}) {
    const auto reply = ctl::client(site.options().socket, std::chrono::seconds(5))(
        api::Method::post, api::path_of(api::Action::config_diff), body);
    REQUIRE(reply.has_value());
    INFO(reply->body);
    CHECK(reply->body.find("hidden") == std::string::npos);
    CHECK(reply->body.find(std::getenv("HOME") ? std::getenv("HOME") : "?") == std::string::npos);
  }
}

TEST_CASE("config check --daemon lets the daemon read its own file") {
  Site site(kFile);
  site.up();
  CHECK(type(site, "config check --daemon").text ==
        "exit 0\n"
        "…/lvsd.conf: ok, 1 virtual server, 2 real servers; 0 errors, 0 warnings\n"
        "kernel modules: ip_vs ip_vs_wlc\n");
  site.write("virtual_server 10.0.0.1 80 {\n  protocol TPC\n}\n");
  const Typed typed = type(site, "config check --daemon");
  CHECK(typed.output.exit == ctl::Exit::refused);
  CHECK(typed.text.find("! …/lvsd.conf:2:12: error: ") != std::string::npos);
  CHECK(site.generation() == 1);
}

TEST_CASE("reload says what changed and what is wrong and what the kernel refused") {
  std::atomic<bool> refuse = false;
  Site site(kFile);
  site.fake.on_request = [&](FakeRequest& asked) {
    if (refuse && asked.is_change) asked.refuse_with = ENOMEM;
  };
  site.up();
  const auto without_time = [](std::string text) {
    const auto at = text.find(" in ");
    if (at != std::string::npos) text.erase(at, text.find(':', at) - at);
    return text;
  };
  CHECK(without_time(type(site, "reload").text) ==
        "exit 0\nchecked: ok (0 errors, 0 warnings)\napplied gen 2: nothing changed\n");
  site.write(replaced(kFile, "weight 3", "weight 5"));
  CHECK(without_time(type(site, "reload").text) ==
        "exit 0\n"
        "checked: ok (0 errors, 0 warnings)\n"
        "applied gen 3: services +0 ~1 -0   servers +0 ~1 -0\n"
        "web\n"
        "  ~ 10.0.0.2:80 weight 3 → 5\n");
  refuse = true;
  site.write(kFile);
  CHECK(without_time(type(site, "reload").text) ==
        "exit 8\n"
        "checked: ok (0 errors, 0 warnings)\n"
        "applied PARTLY gen 4: services +0 ~1 -0   servers +0 ~1 -0\n"
        "web\n"
        "  ~ 10.0.0.2:80 weight 5 → 3\n"
        "! not in the kernel yet, lvsd goes on trying: set tcp 10.0.0.1:80 -> 10.0.0.2:80 NAT "
        "weight 3: ENOMEM\n");
  refuse = false;
  site.write("virtual_server 10.0.0.1 80 {\n  weigth 3\n}\n");
  const Typed refused = type(site, "reload");
  CHECK(refused.output.exit == ctl::Exit::refused);
  CHECK(refused.output.err.find("  |   ^~~~~~\n") != std::string::npos);
  CHECK(refused.output.out.empty());
}

TEST_CASE("secrets are put out of sight and the rest stays") {
  const std::string check =
      "    HTTP_GET {\n        url {\n            path /health\n            basic_auth "
      "user:geheim1\n"
      "            header \"X-Token: geheim2\"\n            request_body geheim3\n        }\n    "
      "}\n";
  std::string file = kFile;
  file.insert(file.find("    real_server 10.0.0.2"),
              "    sorry_server 10.0.0.9 80 {\n" + check + "    }\n");
  file = replaced(file, "weight 3\n",
                  "weight 3\n" + check + "    backup_server 10.0.0.8 80 {\n" + check + "    }\n");
  const Config config =
      *test::load_text("SSL {\n    password geheim0\n    ca /a\n}\n" + file).config;
  const std::string open = configuration_text(config, Detail::changed);
  for (const char* secret : {"geheim0", "geheim1", "geheim2", "geheim3"})
    CHECK(open.find(secret) != std::string::npos);
  const Config shown = without_secrets(config);
  const std::string text = configuration_text(shown, Detail::changed);
  INFO(text);
  CHECK(text.find("geheim") == std::string::npos);
  CHECK(text.find("X-Token") != std::string::npos);
  CHECK(text.find("/health") != std::string::npos);
  CHECK(shown.global.tls->ca == "/a");
  CHECK(test::load_text(text).config == shown);
}

namespace {

std::optional<bool> file_changed(const Site& site) {
  return site.view<api::StatusView>("/api/v1/status").view.config.changed;
}

}  // namespace

TEST_CASE("status tells of a file that was changed and not reloaded, and so do metrics") {
  Site site(web(unchecked(2)));
  site.up();
  CHECK(file_changed(site) == false);
  CHECK(site.get("/metrics").body.find("\nlvsd_config_file_changed 0\n") != std::string::npos);

  site.write(web(unchecked(2) + unchecked(3)));
  REQUIRE(eventually([&] { return file_changed(site) == true; }));
  const auto status = site.view<api::StatusView>("/api/v1/status").view;
  REQUIRE(status.attention.size() == 1);
  CHECK(status.attention[0].text ==
        (site.directory / "lvsd.conf").string() +
            " has changed since it was loaded: 'lvsctl config diff' shows what 'lvsctl reload' "
            "would put in force");
  CHECK(status.attention[0].since);
  CHECK(status.state == "OK");
  CHECK(site.get("/metrics").body.find("\nlvsd_config_file_changed 1\n") != std::string::npos);

  REQUIRE(site.reload().status == 200);
  CHECK(file_changed(site) == false);
  CHECK(site.view<api::StatusView>("/api/v1/status").view.attention.empty());
}

TEST_CASE("a file that a reload refused has changed, and one that was put back has not") {
  Site site(web(unchecked(2)));
  site.up();
  site.write("virtual_server {\n");
  CHECK(site.reload().status == 422);
  REQUIRE(eventually([&] { return file_changed(site) == true; }));
  site.write(web(unchecked(2)));
  REQUIRE(eventually([&] { return file_changed(site) == false; }));
}

TEST_CASE("an earlier configuration in force is no change of the file") {
  Site site(web(unchecked(2)));
  site.up();
  site.write(web(unchecked(2) + unchecked(3)));
  REQUIRE(site.reload().status == 200);
  REQUIRE(site.ask("POST", "/api/v1/config/rollback?generation=1").status == 200);
  CHECK(file_changed(site) == false);
  site.stop();
  site.up();
  CHECK(file_changed(site) == false);
}
