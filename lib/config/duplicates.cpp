#include "config/duplicates.h"

#include <map>
#include <string>

#include "config/compile.h"

namespace lvsd {

namespace {

class DuplicateReporter {
 public:
  explicit DuplicateReporter(Compiler& compiler) : compiler_(compiler) {}

  void report() {
    for (const VirtualServer& server : compiler_.config().virtual_servers) {
      take_services(server);
      if (!server.name.empty()) take_name(server);
    }
  }

 private:
  // Told once for each virtual server, however many of its services are taken already.
  void take_services(const VirtualServer& server) {
    const ServiceKey* taken = nullptr;
    const VirtualServer* by = nullptr;
    std::size_t more = 0;
    for (const ServiceKey& key : server.services) {
      const auto [entry, is_new] = services_.emplace(key, &server);
      if (is_new) continue;
      if (taken != nullptr) ++more;
      if (taken == nullptr) by = entry->second;
      if (taken == nullptr) taken = &key;
    }
    if (taken == nullptr) return;
    const std::string others = more == 0 ? "" : " (and " + std::to_string(more) + " more)";
    compiler_.problems().report(
        Code::duplicate_service, compiler_.span_of(server.origin),
        by == &server ? text(*taken) + others + " stands twice in the group"
                      : text(*taken) + others + " has a virtual server already",
        by == &server ? "" : "first defined at " + compiler_.place(by->origin));
  }

  void take_name(const VirtualServer& server) {
    const auto [entry, is_new] = names_.emplace(server.name, &server);
    if (is_new) return;
    compiler_.problems().report(Code::duplicate_name, compiler_.span_of(server.origin),
                                "two virtual servers are called '" + server.name + "'",
                                "first defined at " + compiler_.place(entry->second->origin));
  }

  Compiler& compiler_;
  std::map<ServiceKey, const VirtualServer*> services_;
  std::map<std::string, const VirtualServer*> names_;
};

}  // namespace

void report_duplicates(Compiler& compiler) {
  DuplicateReporter(compiler).report();
}

}  // namespace lvsd
