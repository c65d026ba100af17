#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"

// Who is let in over TCP, where the kernel does not say who asks: decided from the header of a
// request, before its body is read. daemon/api_connection asks. A Unix socket needs little of it.
//
// Browsers are the danger: a page of a stranger can have one send requests to whatever its user
// reaches. What it cannot do is name us as its Host with a name of its own (DNS rebinding), read an
// answer without CORS, which we do not give, or send the token, which no browser sends by itself.

namespace lvsd::api {

struct WebRules {
  std::vector<std::string> names;  // that Host may have, beside addresses and "localhost"
  std::string token;               // that changes need; empty: none are taken

  bool operator==(const WebRules&) const = default;
};

// Of a request's header.
struct WebRequest {
  Method method = Method::get;
  bool needs_host = true;  // HTTP/1.1; clients of HTTP/1.0 are no browsers
  std::vector<std::string> hosts;
  std::string origin;         // empty: none, also below
  std::string fetch_site;     // Sec-Fetch-Site
  std::string authorization;  // "Bearer …"
};

struct Admission {
  std::optional<Response> refusal;
  bool has_token = false;  // showed the token, so changes may be asked for
};
// Refused are: 400 without a Host, 421 for a name that is not ours, 401 for a token that is wrong
// or missing, 403 for a change where none are taken or that a page of another site asks for.
Admission admission(const WebRequest& request, const WebRules& rules);

// Over a Unix socket, that a browser reaches where somebody hands it on (`ssh -L`): 403 for a
// change that a page asks for, whoever gave it. The status page offers none there.
Admission local_admission(const WebRequest& request);

// Whether they are the same, in a time that does not tell where they differ.
bool is_same_secret(std::string_view given, std::string_view secret);

}  // namespace lvsd::api
