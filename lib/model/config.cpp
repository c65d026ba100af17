#include "model/config.h"

namespace lvsd {

namespace {

template <class T>
bool equal(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) {
  return a == b || (a && b && *a == *b);
}

template <class Server>
std::string server_id(const Server& server) {
  if (server.name.empty()) return text(server.endpoint);
  return server.name;
}

}  // namespace

bool RealServer::operator==(const RealServer& other) const {
  return name == other.name && endpoint == other.endpoint && settings == other.settings &&
         inhibit_on_failure == other.inhibit_on_failure && disabled == other.disabled &&
         checks == other.checks && equal(policy, other.policy) && equal(backup, other.backup);
}

const std::shared_ptr<const ServerPolicy>& RealServer::default_policy() {
  static const auto policy = std::make_shared<const ServerPolicy>();
  return policy;
}

std::string id(const VirtualServer& server) {
  if (!server.name.empty()) return server.name;
  if (!server.group.empty()) return "group:" + server.group;
  return server.services.empty() ? std::string() : id(server.services.front());
}

std::string id(const RealServer& server) {
  return server_id(server);
}
std::string id(const BackupServer& server) {
  return server_id(server);
}
std::string id(const SorryServer& server) {
  return server_id(server);
}

}  // namespace lvsd
