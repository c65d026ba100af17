#include "test/text/corpus.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "test/kernel/daemon.h"
#include "test/kernel/ipvs_table.h"

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
    return ask(folder_.socket(), "POST /api/v1/config/reload");
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
