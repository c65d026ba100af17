#include "config/ipvsadm_rules.h"

#include <catch2/catch.hpp>
#include <regex>

#include "config/import.h"
#include "test/text/config.h"
#include "test/text/ipvsadm.h"
#include "test/text/random.h"

using namespace lvsd;

namespace {

Imported made_of(const std::string& rules) {
  return imported_rules("rules", test::files_of({{"rules", rules}}), {});
}

// The virtual servers as the file has them.
std::string written(const std::string& rules) {
  const Imported made = made_of(rules);
  INFO(text(made.loaded.diagnostics));
  REQUIRE(made.text);
  return made.text->substr(made.text->find("virtual_server"));
}

std::string refusal(const std::string& rules) {
  const Imported made = made_of(rules);
  CHECK_FALSE(made.text);
  REQUIRE_FALSE(made.loaded.diagnostics.empty());
  const Diagnostic& first = made.loaded.diagnostics.front();
  return std::to_string(first.where.line) + ": " + first.message;
}

}  // namespace

TEST_CASE("rules that ipvsadm saved become a file that makes the same table") {
  CHECK(written("-A -t 203.0.113.10:80 -s wrr -p 300\n"
                "-a -t 203.0.113.10:80 -r 10.0.0.11:80 -g -w 10 -x 2000 -y 1500\n"
                "-a -t 203.0.113.10:80 -r 10.0.0.12:80 -i -w 5 --tun-type gue --tun-port 5555 "
                "--tun-nocsum\n") ==
        "virtual_server 203.0.113.10 80 {\n"
        "    protocol TCP\n"
        "    lvs_sched wrr\n"
        "    persistence_timeout 300\n"
        "    real_server 10.0.0.11 80 {\n"
        "        weight 10\n"
        "        lvs_method DR\n"
        "        uthreshold 2000\n"
        "        lthreshold 1500\n"
        "    }\n"
        "    real_server 10.0.0.12 80 {\n"
        "        weight 5\n"
        "        lvs_method TUN type gue port 5555\n"
        "    }\n"
        "}\n");
}

TEST_CASE("long options and shortened rules mean what ipvsadm takes them for") {
  const std::string full = written(
      "--add-service --udp-service=[2001:db8::53]:53 --scheduler=rr --ops\n"
      "--add-server --udp-service [2001:db8::53]:53 --real-server [2001:db8::1]:53 "
      "--masquerading --weight 1\n");
  CHECK(full == written("-A -u [2001:db8::53]:53 -s rr -o\n"
                        "-a -u [2001:db8::53]:53 -r [2001:db8::1] -m\n"));
  // Without a word for it, the way is direct routing, and the scheduler wlc.
  CHECK(written("-A -f 7\n-a -f 7 -r 10.0.0.1\n") ==
        written("-A -f 7 -s wlc\n-a -f 7 -r 10.0.0.1:0 -g -w 1\n"));
  CHECK(written(
            "-C\n# a comment\n\n-A -t 10.0.0.1:80 -p -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2 -m\n") ==
        written("-A -t 10.0.0.1:80 -p 300 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m\n"));
}

TEST_CASE("what is no rule is refused with its line") {
  CHECK(refusal("\n-A -t www:80 -s rr\n") ==
        "2: there is no service ADDRESS:PORT in numbers: -t, -u, --sctp-service or -f");
  CHECK(refusal("-A -t 10.0.0.1:80 -z\n") == "1: unknown option '-z'");
  CHECK(refusal("-A -t 10.0.0.1:80 -s\n") == "1: '-s' lacks its value");
  CHECK(refusal("-A -t 10.0.0.1:80 --ops=1\n") == "1: '--ops' takes no value");
  CHECK(refusal("-A -t 10.0.0.1:80 -t 10.0.0.2:80\n") == "1: '-t' stands twice");
  CHECK(refusal("-t 10.0.0.1:80\n") == "1: neither -A nor -a begins the line");
  CHECK(refusal("-a -t 10.0.0.1:80 -r 10.0.0.2:80\n") ==
        "1: no -A before this line adds tcp 10.0.0.1:80");
  CHECK(refusal("-A -t 10.0.0.1:80\n-A -t 10.0.0.1:80\n") == "2: tcp 10.0.0.1:80 stands twice");
  CHECK(refusal("-A -t 10.0.0.1:80 -p soon\n") == "1: the time of -p is no number");
  CHECK(refusal("-A -t 10.0.0.1:80 -p 5 -M x\n") == "1: the mask of -M is none");
  CHECK(refusal("-A -t 10.0.0.1:80 -b loud\n") == "1: a flag of -b is not known");
  const std::string service = "-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r ";
  CHECK(refusal(service + "db:80\n") == "2: the real server is no ADDRESS:PORT in numbers");
  CHECK(refusal(service + "10.0.0.2:80 -w -1\n") == "2: '-w' lacks its value");
  CHECK(refusal(service + "10.0.0.2:80 -w x\n") == "2: -w, -x and -y take numbers");
  CHECK(refusal(service + "10.0.0.2:80 -i --tun-type ip\n") ==
        "2: the tunnel is neither ipip nor gue nor gre");
  // Every mistake is told, not the first alone.
  CHECK(made_of("-z\n-y 1\n").loaded.diagnostics.size() == 2);
}

TEST_CASE("importing what ipvsadm saves of a configuration makes the same table") {
  int loaded = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    test::Random random(seed);
    const Table table = test::table_at_start(test::random_config(random));
    std::string rules;
    for (const std::string& line : test::ipvsadm_lines(table))
      rules += line + "\n";
    INFO(rules);
    const Imported made = made_of(rules);
    INFO(text(made.loaded.diagnostics));
    // What no kernel does is refused in any file, and port 0 of a server of a service with a port
    // means that port.
    const bool is_odd =
        !made.text || std::regex_search(rules, std::regex("(-[tu]|--sctp-service) [^\n]*:0 -"));
    if (is_odd) continue;
    CHECK(test::ipvsadm_lines(test::table_at_start(*made.loaded.config)) ==
          test::ipvsadm_lines(table));
    ++loaded;
  }
  CHECK(loaded > 100);
}
