#include "plan/drift.h"

#include <catch2/catch.hpp>

#include "plan/diff.h"
#include "test/text/random.h"
#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

std::string drift_text(const Table& actual, const Table& wanted, const Services& owned) {
  std::string out;
  for (const Drift& entry : drift(diff(actual, wanted, owned), actual))
    out += text(entry) + "\n";
  return out;
}

}  // namespace

TEST_CASE("drift names every entry that is missing or extra or changed with both of its settings") {
  CHECK(drift_text(table("tcp 10.0.0.1:80 wlc\n"
                         "  -> 10.0.0.2:80 NAT weight 5\n"
                         "  -> 10.0.0.9:80 DR weight 1\n"
                         "udp 10.0.0.1:53 rr\n"
                         "tcp 10.0.0.7:80 rr\n"
                         "tcp 10.0.0.8:80 rr persistent 300\n"),
                   table("tcp 10.0.0.1:80 wrr\n"
                         "  -> 10.0.0.2:80 NAT weight 20\n"
                         "  -> 10.0.0.3:80 NAT weight 1\n"
                         "udp 10.0.0.1:53 rr\n"
                         "fwmark6 7 mh\n"
                         "  -> [2001:db8::2]:0 DR weight 1\n"),
                   {service_key("tcp 10.0.0.8:80")}) ==
        "fwmark6 7 is missing\n"
        "fwmark6 7 -> [2001:db8::2]:0 is missing\n"
        "tcp 10.0.0.1:80 -> 10.0.0.2:80 is NAT weight 5, wanted NAT weight 20\n"
        "tcp 10.0.0.1:80 -> 10.0.0.3:80 is missing\n"
        "tcp 10.0.0.1:80 is wlc, wanted wrr\n"
        "tcp 10.0.0.1:80 -> 10.0.0.9:80 is extra, DR weight 1\n"
        "tcp 10.0.0.8:80 is extra, rr persistent 300\n");
}

TEST_CASE("law: a changed entry shows a difference and a table that is right shows none") {
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    const Table actual = random_table(random);
    const Table wanted = changed(actual, random);
    CAPTURE(seed, text(actual), text(wanted));
    REQUIRE(drift(diff(wanted, wanted), wanted).empty());
    for (const Drift& entry : drift(diff(actual, wanted), actual)) {
      CAPTURE(text(entry));
      REQUIRE(entry.found != entry.wanted);
      REQUIRE(entry.found.empty() == (entry.kind == DriftKind::missing));
      REQUIRE(entry.wanted.empty() == (entry.kind == DriftKind::extra));
    }
  }
}
