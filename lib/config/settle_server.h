#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "config/draft.h"
#include "model/config.h"

namespace lvsd {

class Compiler;
class Problems;

// The method of a server: its own, else the virtual server's.
Method method(const ServiceDraft& service, const ServerDraft& server);

// Turns the servers of one ServiceDraft into those of a VirtualServer.
class ServerSettler {
 public:
  // `port`: the service's; absent behind a group, where each service has its own.
  ServerSettler(Compiler& compiler, ServiceDraft& service, Family family,
                std::optional<std::uint16_t> port);

  void settle_real_servers(VirtualServer& out);
  void settle_sorry_servers(VirtualServer& out);

 private:
  bool family_fits(const ServerDraft& server);
  Endpoint settled_endpoint(const ServerDraft& server, Forwarding forwarding);
  RealServer real_server(ServerDraft& draft);
  SorryServer sorry_server(ServerDraft& draft);
  std::shared_ptr<const BackupServer> backup_server(ServerDraft& draft);
  std::shared_ptr<const ServerPolicy> policy(ServerDraft& draft);
  void check_min_mtu(const ServerDraft& draft, const Method& way, std::uint32_t mtu);
  void drop_repeated(std::vector<RealServer>& servers, const std::vector<Span>& places);
  void check_backups(const std::vector<Endpoint>& real_servers);  // sorted

  Compiler& compiler_;
  Problems& problems_;
  ServiceDraft& service_;
  Family family_;
  std::optional<std::uint16_t> port_;
  std::vector<std::pair<Endpoint, Span>> backups_;
};

}  // namespace lvsd
