#include "config/server.h"

#include <string>
#include <utility>

#include "config/compile.h"

namespace lvsd {

namespace {

// With the method in force where the block starts; none yet: the one at the end.
ServerDraft& begin(std::vector<ServerDraft>& list, Compiler& c, const Arguments& a) {
  ServerDraft& out = list.emplace_back();
  out.endpoint = {a.address(0), a.port(1)};
  out.method = c.service().method;
  out.where = a.where();
  out.origin = a.origin();
  return out;
}

}  // namespace

void open_real_server(Compiler& c, const Arguments& a) {
  begin(c.service().servers, c, a);
}

// keepalived compares families when the block ends, by the method it knows by then.
void close_real_server(Compiler& c) {
  const ServiceDraft& service = c.service();
  const ServerDraft& server = service.servers.back();
  const std::optional<Method>& method = server.method ? server.method : service.method;
  const bool tunnel = method && method->forwarding == Forwarding::tunnel;
  const bool differs =
      service.endpoint && service.endpoint->address.family != server.endpoint.address.family;
  if (!differs || tunnel || !c.problems().lenient()) return;
  c.problems().report(Code::family_mismatch, server.where,
                      "'" + text(server.endpoint.address) +
                          "' is of another address family than the virtual server",
                      "only 'lvs_method TUN', written before it, can cross families");
  c.service().servers.pop_back();
}

void open_sorry_server(Compiler& c, const Arguments& a) {
  auto& sorry = c.service().sorry_servers;
  if (!sorry.empty() && c.problems().lenient()) {
    c.problems().report(Code::repeated, a.where(),
                        "this sorry server replaces the one before, as with keepalived");
    sorry.clear();
    c.service().sorry_method = {};
  }
  begin(sorry, c, a);
}

void open_backup_server(Compiler& c, const Arguments& a) {
  ServerDraft& server = c.server();
  if (!server.backup.empty())
    c.problems().report(Code::bad_backup, a.where(), "a real server has one backup server",
                        "the first is at " + c.problems().place(server.backup.front().where));
  begin(server.backup, c, a).method = server.method;
}

}  // namespace lvsd
