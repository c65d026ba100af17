#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include "api/json.h"
#include "api/views.h"

// How the fields of every view are described (in the *_fields.h beside this), each named once. The
// writer and the reader of JSON are visitors of the description, so what is written can be read
// back, in this order:
//   visitor(name, value)   a field
//   visitor.flat(value)    a part whose fields stand among those of its owner
// `kind` is what the envelope calls a view that can be a body; a list of them is a "…List".

namespace lvsd::api {

template <class View>
struct Fields;

template <class T>
concept Described = requires {
  sizeof(Fields<T>);
};

template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;

inline constexpr std::string_view api_version = "lvs/v1";

// A service's key as JSON has it: an address service has no mark, a mark no address.
struct KeyFields {
  std::optional<Protocol> protocol;
  std::optional<Address> address;
  std::optional<std::uint16_t> port;
  std::optional<std::uint32_t> fwmark;
  std::optional<Family> family;
};

template <>
struct Fields<KeyFields> {
  static void visit(auto& key, auto& field) {
    field("protocol", key.protocol);
    field("address", key.address);
    field("port", key.port);
    field("fwmark", key.fwmark);
    field("family", key.family);
  }
};

}  // namespace lvsd::api
