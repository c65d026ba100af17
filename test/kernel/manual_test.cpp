#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "test/kernel/lvsctl.h"
#include "test/kernel/policy_site.h"

// Every example of lvsctl(1) and lvsd-doctor(7) is run as it stands there, with a real lvsd where
// the pages say that it is.

using namespace lvsd;
using namespace lvsd::testing;
using namespace std::chrono_literals;

namespace {

// The command lines of a page: a paragraph of its own, further lines after "++".
std::vector<std::string> examples(const std::string& page) {
  std::ifstream file(LVSD_SOURCE_DIR "/" + page);
  std::vector<std::string> out;
  bool goes_on = false;
  for (std::string line; std::getline(file, line);) {
    if (!goes_on && !line.starts_with("\tlvsctl ")) continue;
    if (!goes_on) line.erase(0, 1);
    goes_on = line.ends_with("++");
    if (goes_on) line.resize(line.size() - 2);
    std::erase(line, '\\');  // what scdoc would read is escaped
    out.push_back(line);
  }
  return out;
}

// A director on which the places are those of the pages.
struct Lab {
  Lab() : site(service_config({.servers = 2, .more = "name web"})) {
    std::filesystem::create_directories("/run/lvsd");
    std::filesystem::create_directories("/etc/keepalived");
    std::filesystem::remove("/run/lvsd/lvsd.sock");
    std::filesystem::create_symlink(site.folder.socket(), "/run/lvsd/lvsd.sock");
    std::ofstream("/etc/keepalived/keepalived.conf") << service_config({.servers = 2});
    std::ofstream(site.folder.state() / "logger")
        << "#!/bin/sh\necho \"$@\" >>" << logged() << "\n";
    ::chmod((site.folder.state() / "logger").c_str(), 0755);
  }
  std::string logged() const { return site.folder.state() / "logged"; }

  // A shell at work on it, with this build's lvsctl.
  Process shell(const Host& host, const std::string& line) const {
    const std::string programs =
        std::filesystem::path(lvsctl_command(site.folder, {}).front()).parent_path();
    return {host.net,
            {"/bin/sh", "-c",
             "PATH=" + programs + ":" + site.folder.state().native() + ":$PATH; " + line}};
  }

  Site site;
};

}  // namespace

TEST_CASE("every example of the pages can be typed as it stands") {
  Lab lab;
  const Host& director = lab.site.net.director();
  std::vector<std::string> lines = examples("lvsctl/lvsctl.1.scd");
  CHECK(lines.size() >= 10);
  const std::vector<std::string> doctor = examples("lvsctl/lvsd-doctor.7.scd");
  CHECK_FALSE(doctor.empty());
  // A second generation, for those that go back to one before.
  lab.site.folder.write_config(service_config({.servers = 1, .more = "name web"}));
  REQUIRE(lvsctl(lab.site.net, lab.site.folder, {"reload"}).exit == 0);

  for (std::string line : lines) {
    INFO(line);
    if (const auto number = line.find("rollback 36"); number != line.npos)
      line.replace(number, 11, "rollback 1");
    Process process = lab.shell(director, line);
    if (line.starts_with("lvsctl watch ")) {
      // It goes on for ever, and has its line run when something happens.
      REQUIRE_FALSE(process.exit_code(500ms).has_value());
      lab.site.net.web(1).set(Mood::refuses);
      CHECK(eventually(10s, [&] {
        std::ostringstream text;
        text << std::ifstream(lab.logged()).rdbuf();
        return text.str().starts_with("web/10.0.1.1:80 ");
      }));
      lab.site.net.web(1).set(Mood::answers);
      continue;
    }
    const auto exit = process.exit_code(20s);
    INFO(process.output());
    // "config diff && …": a difference is an answer as well.
    CHECK((exit == 0 || (line.starts_with("lvsctl config diff") && exit == 1)));
  }
}

TEST_CASE("the example of the doctor's page finds a real server well") {
  Lab lab;
  const Host& server = lab.site.net.server(1);
  server.output_of({"ip", "address", "add", "203.0.113.10/32", "dev", "lo"});
  for (const std::string& line : examples("lvsctl/lvsd-doctor.7.scd")) {
    Process process = lab.shell(server, line);
    const auto exit = process.exit_code(20s);
    INFO(line << "\n" << process.output());
    CHECK(exit == 0);
  }
}
