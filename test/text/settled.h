#pragma once

#include "model/config.h"
#include "test/text/random.h"

namespace lvsd::test {

// A Config as loading some file would give it: every setting there is, each value in its range, and
// what depends on another as it must be. Keeping this whole is asked for by a test: each keyword
// that can be shown must be met.
Config random_settled_config(Random& random);

// Its parts. `number` tells virtual servers apart.
GlobalSettings random_global_settings(Random& random);
std::vector<ServiceGroup> random_groups(Random& random);
VirtualServer random_settled_server(Random& random, const Config& config, std::uint32_t number);
// For a server at `endpoint`; nothing where no check of the kind that was drawn can be.
std::vector<Check> random_checks(Random& random, const GlobalSettings& global,
                                 const Endpoint& endpoint);

}  // namespace lvsd::test
