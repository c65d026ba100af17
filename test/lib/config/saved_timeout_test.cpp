#include "config/saved_timeout.h"

#include <catch2/catch.hpp>

#include "test/text/config.h"

using namespace lvsd;

namespace {

// The text with udp 60, and where it stands: "3: text".
std::string with_udp_60(const std::string& text) {
  const auto changed = with_timeout(text, TimeoutKind::udp, 60);
  return changed ? std::to_string(changed->second) + ": " + changed->first : "ambiguous";
}

const std::string kService =
    "virtual_server 10.0.0.1 80 {\n protocol TCP\n real_server 10.0.0.2 80 {\n }\n}\n";

TimeoutEdit edit(const std::map<std::string, std::string>& files) {
  return saved_timeout("lvsd.conf", test::files_of(files), {}, TimeoutKind::udp, 60);
}

}  // namespace

TEST_CASE("a timeout that the file names is changed where it stands and nothing else is") {
  CHECK(with_udp_60("# mine\nglobal_defs {\n\tlvs_timeouts  tcp 900\tudp  300   # why\n}\n") ==
        "3: # mine\nglobal_defs {\n\tlvs_timeouts  tcp 900\tudp  60   # why\n}\n");
  CHECK(with_udp_60("global_defs {\r\n  lvs_timeouts udp 300\r\n}\r\n") ==
        "2: global_defs {\r\n  lvs_timeouts udp 60\r\n}\r\n");
}

TEST_CASE("a timeout that the line does not name is added to it before its comment") {
  CHECK(with_udp_60("global_defs {\n  lvs_timeouts tcp 900 # udp 5\n}") ==
        "2: global_defs {\n  lvs_timeouts tcp 900 udp 60 # udp 5\n}");
}

TEST_CASE("without a line of timeouts one is added") {
  CHECK(with_udp_60("global_defs { # mine\n  router_id lb\n}\n") ==
        "2: global_defs { # mine\n    lvs_timeouts udp 60\n  router_id lb\n}\n");
  CHECK(with_udp_60("! nothing\n# lvs_timeouts udp 3") ==
        "5: ! nothing\n# lvs_timeouts udp 3\n\nglobal_defs {\n    lvs_timeouts udp 60\n}\n");
}

TEST_CASE("where it could be one of several places nothing is changed") {
  CHECK(with_udp_60("global_defs {\n lvs_timeouts tcp 9\n lvs_timeouts udp 9\n}\n") == "ambiguous");
  CHECK(with_udp_60("global_defs {\n}\nglobal_defs {\n}\n") == "ambiguous");
  CHECK(with_udp_60("global_defs {") == "ambiguous");
}

TEST_CASE("a file is given a timeout only where reading it again proves the change") {
  const TimeoutEdit plain =
      edit({{"lvsd.conf", "global_defs {\n lvs_timeouts tcp 9\n}\n" + kService}});
  REQUIRE(plain.saved);
  CHECK(plain.saved->after == "global_defs {\n lvs_timeouts tcp 9 udp 60\n}\n" + kService);
  CHECK(plain.saved->line == 2);
  const TimeoutEdit defined =
      edit({{"lvsd.conf", "$T=300\nglobal_defs {\n lvs_timeouts udp $T\n}\n" + kService}});
  CHECK(defined.saved);

  // Said in another file, which is read later: the line here would not count.
  CHECK_FALSE(edit({{"lvsd.conf", "global_defs {\n include more\n}\n" + kService},
                    {"more", "lvs_timeouts udp 300\n"}})
                  .saved);
  // Not the global_defs of this host.
  CHECK_FALSE(edit({{"lvsd.conf",
                     "@elsewhere global_defs {\n@elsewhere lvs_timeouts udp 9\n"
                     "@elsewhere }\nglobal_defs {\n router_id \"{\n lvs_timeouts"}})
                  .saved);
  const TimeoutEdit bad = edit({{"lvsd.conf", "global_defs {\n nonsense 3\n}\n"}});
  CHECK_FALSE(bad.saved);
  CHECK(bad.why_not == "'lvsd.conf' is not valid as it is");
  CHECK_FALSE(edit({}).saved);
}
