#pragma once

#include <string>
#include <string_view>

#include "doctor/facts.h"

namespace lvsd::test {

// What a machine looks like, a line each:
//   kernel 6.1.0-18-amd64
//   ipvs 1.2.1 4096
//   missing ip_vs_mh
//   sysctl net.ipv4.ip_forward 1
//   interface eth0 up wire mtu 1500 10.0.0.1/24 …   ("down" for "up", "quiet" for "wire", "lro"
//   behind the MTU) local 10.0.0.100 way 10.0.1.1 eth1 answer 10.0.0.100 02:00:00:00:00:01 eth0
//   back 10.0.0.100 eth0
//   drops 17
//   nft chain input {          (a line of a ruleset)
//   rival keepalived (812)
//   clock yes
//   lvsd 0.3.1 812 capable here unchanged tcp 900 connections 0 drift 0 foreign 0
//   silent it is not there
//   trouble the file does not load
doctor::Facts facts(std::string_view text);

}  // namespace lvsd::test
