#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "daemon/sysctl_views.h"

using namespace lvsd;
namespace fs = std::filesystem;

namespace {

// A tree of its own, as /proc/sys is one.
struct Place {
  Place() : root(fs::temp_directory_path() / ("lvsd-sysctl-" + std::to_string(::getpid()))) {
    fs::create_directories(root / "net/ipv4/vs");
    put("net/ipv4/vs/conntrack", "0\n");
    put("net/ipv4/vs/sync_threshold", "3\t50\n");
  }
  ~Place() { fs::remove_all(root); }
  void put(const std::string& file, const std::string& text) const {
    std::ofstream(root / file) << text;
  }
  SysctlTree tree() const { return SysctlTree(root.string()); }

  fs::path root;
};

const SysctlWish kConntrack{"net.ipv4.vs.conntrack", "1", "ipvs_sysctl"};

}  // namespace

TEST_CASE("a setting is written once and what was there is put back") {
  const Place place;
  const SysctlTree tree = place.tree();
  const Tuned first = tuned(tree, {kConntrack}, {});
  CHECK(first.changes ==
        std::vector<std::string>{"net.ipv4.vs.conntrack is 1 now, was 0 (ipvs_sysctl)"});
  CHECK(tree.value("net.ipv4.vs.conntrack").value() == "1");
  const Tuned again = tuned(tree, {kConntrack}, first.before);
  CHECK(again.changes.empty());
  // Of several changes the value before the first counts.
  const Tuned other = tuned(tree, {{kConntrack.name, "0", "ipvs_sysctl"}}, again.before);
  CHECK(other.before == Sysctls{{"net.ipv4.vs.conntrack", "0"}});
  tuned(tree, {kConntrack}, other.before);
  CHECK(to_restore(tree, other.before) == std::vector<std::string>{"net.ipv4.vs.conntrack 1 -> 0"});
  const Tuned back = restored(tree, other.before);
  CHECK(to_restore(tree, other.before).empty());
  CHECK(back.changes == std::vector<std::string>{"net.ipv4.vs.conntrack is 0 again, was 1"});
  CHECK(back.before.empty());
  CHECK(tree.value("net.ipv4.vs.conntrack").value() == "0");
}

TEST_CASE("settings are listed with what is asked for and what is there and was") {
  const Place place;
  place.put("net/ipv4/vs/expire_nodest_conn", "0\n");
  const SysctlWish told{"net.ipv4.vs.expire_nodest_conn", "1", "backup_server"};
  const Tuned done = tuned(place.tree(), {kConntrack}, {});
  place.put("net/ipv4/vs/conntrack", "0\n");  // by somebody else
  std::map<std::string, api::SysctlView> views;
  for (const api::SysctlView& one : sysctl_views(place.tree(), {kConntrack}, {told}, done.before))
    views.emplace(one.name, one);

  const api::SysctlView& set = views.at("net.ipv4.vs.conntrack");
  CHECK(set.config == "1");
  CHECK(set.why == "ipvs_sysctl");
  CHECK(set.is_set);
  CHECK(set.now == "0");
  CHECK(set.before == "0");
  CHECK(set.agrees == false);
  const api::SysctlView& missing = views.at("net.ipv4.vs.expire_nodest_conn");
  CHECK_FALSE(missing.is_set);
  CHECK(missing.agrees == false);
  CHECK_FALSE(missing.before);
  const api::SysctlView& other = views.at("net.ipv4.vs.sync_threshold");
  CHECK(other.now == "3 50");
  CHECK_FALSE(other.agrees);
  CHECK_FALSE(other.help.empty());
  CHECK_FALSE(views.at("net.ipv4.tcp_keepalive_time").now);  // this tree has none
}

TEST_CASE("several numbers are compared whatever stands between them") {
  const Place place;
  const Tuned done =
      tuned(place.tree(), {{"net.ipv4.vs.sync_threshold", "3 50", "ipvs_sysctl"}}, {});
  CHECK(done.changes.empty());
  CHECK(done.problems.empty());
}

TEST_CASE("what cannot be set is told with the line for sysctl.d and nothing is kept of it") {
  const Place place;
  fs::create_directory(place.root / "net/ipv4/vs/ignore_tunneled");  // a write fails, for root too
  const Tuned done = tuned(place.tree(),
                           {{"net.ipv4.vs.nosuch", "1", "ipvs_sysctl"},
                            {"net.ipv4.vs.ignore_tunneled", "1", "ipvs_sysctl"},
                            kConntrack},
                           {});
  REQUIRE(done.problems.size() == 2);
  CHECK(done.problems[0] ==
        "net.ipv4.vs.nosuch is not 1 (ipvs_sysctl): reading net.ipv4.vs.nosuch: No such file or "
        "directory. Where lvsd may not set it, put the line 'net.ipv4.vs.nosuch = 1' into "
        "/etc/sysctl.d/lvsd.conf");
  CHECK(done.before == Sysctls{{"net.ipv4.vs.conntrack", "0"}});
  const Tuned back = restored(place.tree(), {{"net.ipv4.vs.nosuch", "0"}});
  CHECK(back.problems.size() == 1);
  CHECK(back.before.size() == 1);
}

TEST_CASE("what the words of a file need is told where it is not so") {
  const Place place;
  CHECK(unmet(place.tree(), {{"net.ipv4.vs.conntrack", "0", "so it is"}}).empty());
  CHECK(unmet(place.tree(), {{"net.ipv4.vs.conntrack", "1", "connections are tracked"}}) ==
        std::vector<std::string>{
            "net.ipv4.vs.conntrack is 0, so it is not true that connections are tracked: set it to "
            "1, or let lvsd do it with 'ipvs_sysctl auto'"});
  CHECK(unmet(place.tree(), {{"net.ipv4.vs.nosuch", "1", "x"}}).empty());
}
