#include "lvsctl/drift_acceptance.h"

#include <catch2/catch.hpp>

using lvsd::ctl::changed_weight;

TEST_CASE("only a weight that somebody changed can be accepted") {
  CHECK(changed_weight("NAT weight 5", "NAT weight 10") == 5);
  CHECK(changed_weight("NAT weight 0 upper 100", "NAT weight 10 upper 100") == 0);
  CHECK_FALSE(changed_weight("NAT weight 5 upper 100", "NAT weight 10"));
  CHECK_FALSE(changed_weight("DR weight 5", "NAT weight 10"));
  CHECK_FALSE(changed_weight("NAT weight 10", "NAT weight 10"));
  CHECK_FALSE(changed_weight("rr", "wlc"));
  CHECK_FALSE(changed_weight("", "NAT weight 10"));
  CHECK_FALSE(changed_weight("NAT weight many", "NAT weight 10"));
}
