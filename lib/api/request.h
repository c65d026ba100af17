#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json.h"
#include "api/views.h"

// One exchange with a client, free of any HTTP library: what daemon/api_server reads and writes.

namespace lvsd::api {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_ };
std::string_view text(Method method);  // "GET"

// Who is at the other end of the socket, as the kernel said when it connected.
struct Peer {
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  pid_t pid = -1;
  std::vector<gid_t> groups = {};  // supplementary
  // Over TCP, where none of these are known: "192.0.2.7:40112"; empty: a Unix socket.
  std::string address = {};
  bool has_token = false;  // of this request: it showed the token that changes need over TCP
};

struct Request {
  Method method = Method::get;
  std::string target;  // path and query as they came
  std::string body;
  Peer peer;
  std::string accept = {};         // the header of that name
  std::string last_event_id = {};  // likewise
};

// A body, or the rest of one, that is made while it is sent.
class Pieces {
 public:
  using Take = std::function<void(std::optional<std::string>)>;

  virtual ~Pieces() = default;
  // Calls `take` once with the next piece, which may be empty; with nothing after the last one.
  // REQUIRES: `take` of the call before has been called.
  virtual void next(Take take) = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
  std::shared_ptr<Pieces> pieces = nullptr;                  // what follows `body`; null: nothing
};

template <class View>
Response response(const Head& head, const View& view) {
  return Response{.body = body(head, view)};
}
// application/problem+json with the problem's status.
Response response(const ProblemView& problem);

// ---- the refusals there are; `detail` is one sentence, `target` the offending word

ProblemView bad_request(std::string detail);                                      // 400
ProblemView forbidden(std::string detail);                                        // 403
ProblemView no_such_object(std::string target, std::vector<std::string> near);    // 404
ProblemView ambiguous(std::string target, std::vector<std::string> candidates);   // 404
ProblemView config_invalid(std::string file, std::vector<DiagnosticView> found);  // 422
ProblemView refused(std::string detail);                                          // 409, by a guard
ProblemView too_large(std::string detail);                                        // 413
ProblemView unavailable(std::string detail);                                      // 503
ProblemView timed_out(std::string detail);                                        // 504
ProblemView internal_error(std::string detail);                                   // 500

}  // namespace lvsd::api
