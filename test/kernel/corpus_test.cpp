#include "test/text/corpus.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "config/load.h"
#include "test/kernel/daemon.h"
#include "test/kernel/ipvs_table.h"
#include "test/text/config.h"

// Real files, taken by a running lvsd one after the other, and what the kernel has of each.

using namespace lvsd;
using namespace lvsd::testing;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

// The programs of its checks that are not here: they take their time, so that none has a result
// before the table is read. Whatever a test writes is gone with the lab.
void make_programs(const fs::path& file) {
  const Loaded loaded = load(file.string(), test::disk(), {.lenient = true, .config_id = "lvs1"});
  if (!loaded.config) return;
  for (const VirtualServer& service : loaded.config->virtual_servers)
    for (const RealServer& server : service.real_servers)
      for (const Check& check : server.checks) {
        const auto* misc = std::get_if<MiscCheck>(&check.settings->probe);
        if (misc == nullptr || fs::exists(misc->script.argv.at(0))) continue;
        const fs::path program = fs::absolute(misc->script.argv.at(0));
        fs::create_directories(program.parent_path());
        std::ofstream(program) << "#!/bin/sh\nexec sleep 20\n";
        fs::permissions(program, fs::perms(0755));
      }
}

// One lvsd for all files. Between two of them it has none, so that nothing is known of the servers
// of one when the next one is taken.
class Taker {
 public:
  Taker() {
    // Checks go where nothing answers: none has a result before the table is read.
    output_of(director_.net, {"ip", "-batch", "-"},
              "link set lo up\nlink add sink type dummy\nlink set sink up\n"
              "addr add 198.18.0.1/32 dev sink\nroute add default dev sink\n"
              "addr add fd00::1/128 dev sink nodad\nroute add ::/0 dev sink\n");
    folder_.write_config("");
    lvsd_.emplace(director_, folder_, Command{"--lenient", "--config-id", "lvs1"});
    lvsd_->wait_ready();
  }

  test::Outcome outcome(const fs::path& file) {
    make_programs(file);
    INFO(file.string() + "\n" + lvsd_->log());
    REQUIRE(lvsd_->running());
    REQUIRE(take("").status == 200);
    REQUIRE(ipvs_rules(director_.net) == "");
    const Reply reply = take("include " + fs::absolute(file).string() + "\n");
    if (reply.status != 200)  // the unit tests show the diagnostics
      return {{}, "  refused: " + reply.body.substr(0, reply.body.find(",\"diagnostics\"")) + "\n"};
    return {lines_of(ipvs_rules(director_.net)), {}};
  }

 private:
  Reply take(const std::string& config) {
    folder_.write_config(config);
    return ask(folder_.socket(), "POST /api/v1/config/reload?force=1", std::chrono::seconds(20));
  }

  Host director_{"director", {}};
  DaemonFolder folder_;
  std::optional<Daemon> lvsd_;
};

}  // namespace

TEST_CASE("real files give the kernel the table that keepalived gives it") {
  Taker taker;
  const auto outcome = [&](const fs::path& file) { return taker.outcome(file); };
  test::compare_tables("corpus in the kernel", test::corpus_files(), outcome);
  test::compare_tables("own files in the kernel", test::own_files(), outcome);
}
