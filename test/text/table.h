#pragma once

#include <string_view>

#include "model/table.h"
#include "test/text/words.h"

// Tables, written as `text(table)` prints them:
//
//   tcp 10.0.0.1:80 mh flags mh-fallback persistent 300 netmask 255.255.255.0 pe sip
//     -> 10.0.0.2:80 NAT weight 1
//     -> 10.0.0.3:80 TUN gue port 5555 csum weight 3 upper 100 lower 75
//
// Law: table(text(t)) == t, for every table whose unused members stand at their defaults.

namespace lvsd::test {

Table table(std::string_view text);

// "10.0.0.1:80", "tcp 10.0.0.1:80".
Endpoint endpoint(std::string_view text);
ServiceKey service_key(std::string_view text);

// The parts of such lines, for texts that contain them.
ServiceKey take_service_key(Words& words);
ServiceSettings take_service_settings(Words& words, Family family);
DestinationSettings take_destination_settings(Words& words);

}  // namespace lvsd::test
