#include "plan/tuning.h"

#include <catch2/catch.hpp>
#include <memory>

#include "test/text/config.h"

using namespace lvsd;

namespace {

std::string text(const std::vector<SysctlWish>& wishes) {
  std::string out;
  for (const SysctlWish& wish : wishes)
    out += wish.name + " = " + wish.value + "\n";
  return out;
}

Config config(const std::string& global, const std::string& server = "",
              const std::string& service = "") {
  Loaded loaded = test::load_text("global_defs {\n" + global +
                                  "}\nvirtual_server 10.0.0.1 80 {\n protocol TCP\n"
                                  " lvs_method NAT\n lvs_sched rr\n" +
                                  service + " real_server 10.0.0.2 80 {\n" + server + " }\n}\n");
  REQUIRE(loaded.config);
  return std::move(*loaded.config);
}

const std::string kBackup = " backup_server 10.0.0.3 80\n";

}  // namespace

TEST_CASE("only what the file names is set") {
  CHECK(text(wanted_sysctls(config("", kBackup))) == "");
  CHECK(text(wanted_sysctls(config(
            " ipvs_sysctl {\n conntrack 1\n }\n tcp_keepalive {\n time 600\n probes 3\n }\n"))) ==
        "net.ipv4.vs.conntrack = 1\n"
        "net.ipv4.tcp_keepalive_time = 600\n"
        "net.ipv4.tcp_keepalive_probes = 3\n");
}

TEST_CASE("what backup servers and persistent drains need is set with auto and told without") {
  const std::string expire = "net.ipv4.vs.expire_nodest_conn = 1\n";
  const std::string quiescent = "net.ipv4.vs.expire_quiescent_template = 1\n";
  CHECK(text(needed_sysctls(config(""))) == "");
  CHECK(text(needed_sysctls(config("", kBackup))) == expire);
  CHECK(text(wanted_sysctls(config(" ipvs_sysctl auto\n", kBackup))) == expire);
  CHECK(text(needed_sysctls(config("", "", " persistence_timeout 60\n"))) == "");
  CHECK(text(needed_sysctls(config("", " graceful_shutdown\n"))) == "");
  CHECK(text(needed_sysctls(config("", " graceful_shutdown\n", " persistence_timeout 60\n"))) ==
        quiescent);
  CHECK(text(needed_sysctls(config("", "", " persistence_timeout 60\n graceful_removal\n"))) ==
        quiescent);
}

TEST_CASE("a hard drain needs what persistent drains need and never twice") {
  const std::string quiescent = "net.ipv4.vs.expire_quiescent_template = 1\n";
  const Config plain = config("", "", " persistence_timeout 60\n");
  CHECK(text(needed_sysctls(plain, true)) == quiescent);
  CHECK(text(wanted_sysctls(plain, true)) == "");
  CHECK_FALSE(may_expire_templates(plain));
  const Config trusting =
      config(" ipvs_sysctl auto\n", " graceful_shutdown\n", " persistence_timeout 60\n");
  CHECK(text(wanted_sysctls(trusting, true)) == quiescent);
  CHECK(may_expire_templates(trusting));
  const Config firm = config(" ipvs_sysctl auto {\n expire_quiescent_template 0\n }\n");
  CHECK(text(needed_sysctls(firm, true)) == "");
  CHECK_FALSE(may_expire_templates(firm));
}

TEST_CASE("what the file names is not overruled by what its words need") {
  const Config named = config(" ipvs_sysctl auto {\n expire_nodest_conn 0\n }\n", kBackup);
  CHECK(text(wanted_sysctls(named)) == "net.ipv4.vs.expire_nodest_conn = 0\n");
  CHECK(text(needed_sysctls(named)) == "");
}

TEST_CASE("the zombie rule counts the probe that is lost") {
  CHECK_FALSE(zombie_warning(600, 75, 900));
  CHECK_FALSE(zombie_warning(824, 75, 900));
  CHECK(zombie_warning(825, 75, 900));
  CHECK(
      zombie_warning(7200, 75, 900).value() ==
      "IPVS forgets TCP connections that are idle for 900 s, and keepalive asks after 7200 s, and "
      "again 75 s later: idle connections die without notice. Either lvs_timeouts tcp 7276, or on "
      "clients or servers tcp_keepalive_time at most 824");
  // What it advises is right.
  CHECK_FALSE(zombie_warning(7200, 75, 7276));
  CHECK_FALSE(zombie_warning(824, 75, 900));
  CHECK(zombie_warning(7200, 900, 900).value().find("or on clients") == std::string::npos);
  CHECK(zombie_warning(4294967295, 4294967295, 900));
}
