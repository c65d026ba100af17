#include "daemon/named_objects.h"

#include "api/find.h"

namespace lvsd {

namespace {

template <class Object>
Named<Object> named(const api::Found<Object>& found, const std::string& word) {
  if (const auto* object = std::get_if<const Object*>(&found)) return *object;
  if (const auto* several = std::get_if<api::Ambiguous>(&found))
    return api::response(api::ambiguous(word, several->candidates));
  return api::response(api::no_such_object(word, std::get<api::NotFound>(found).near));
}

}  // namespace

Named<VirtualServer> named_service(const Config& config, const std::string& word) {
  return named(api::virtual_server(config, word), word);
}

Named<RealServer> named_server(const VirtualServer& service, const std::string& word) {
  return named(api::real_server(service, word), word);
}

}  // namespace lvsd
