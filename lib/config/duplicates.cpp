#include "config/duplicates.h"

#include <map>
#include <string>
#include <unordered_map>

#include "config/compile.h"

namespace lvsd {

namespace {

class DuplicateReporter {
 public:
  explicit DuplicateReporter(Compiler& compiler) : compiler_(compiler) {}

  void report() {
    for (VirtualServer& server : compiler_.config().virtual_servers) {
      take_services(server);
      if (!server.name.empty()) take_name(server);
    }
  }

 private:
  void take_services(VirtualServer& server) {
    std::erase_if(server.services, [&](const ServiceKey& key) {
      const auto [entry, is_new] = services_.emplace(key, &server);
      return !is_new && !may_share(key, server, *entry->second);
    });
  }

  bool may_share(const ServiceKey& key, const VirtualServer& server, const VirtualServer& first) {
    compiler_.problems().report(Code::duplicate_service, compiler_.span_of(server.origin),
                                text(key) + (&first == &server ? " stands twice in the group"
                                                               : " has a virtual server already"),
                                "the first is at " + compiler_.place(first.origin));
    return false;
  }

  void take_name(const VirtualServer& server) {
    const auto [entry, is_new] = names_.emplace(server.name, &server);
    if (is_new) return;
    compiler_.problems().report(Code::duplicate_name, compiler_.span_of(server.origin),
                                "two virtual servers are called '" + server.name + "'",
                                "the first is at " + compiler_.place(entry->second->origin));
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
