#include "model/config.h"

namespace lvsd {

std::string id(const VirtualServer& server) {
  if (!server.name.empty()) return server.name;
  if (!server.group.empty()) return "group:" + server.group;
  return server.services.empty() ? std::string() : id(server.services.front());
}

std::string id(const RealServer& server) {
  return server.name.empty() ? text(server.endpoint) : server.name;
}

}  // namespace lvsd
