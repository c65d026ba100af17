#include "api/request.h"

namespace lvsd::api {

std::string_view text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
  }
  return "?";
}

Response response(const ProblemView& problem) {
  return {
      .status = problem.status, .content_type = "application/problem+json", .body = body(problem)};
}

namespace {

ProblemView problem(int status, std::string_view type, std::string_view title, std::string detail) {
  ProblemView view;
  view.type = "urn:lvsd:problem:" + std::string(type);
  view.title = title;
  view.status = status;
  view.detail = std::move(detail);
  return view;
}

// "'a', 'b' or 'c'"
std::string choices(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += "'" + words[i] + "'";
  }
  return out;
}

std::size_t errors(const std::vector<DiagnosticView>& found) {
  std::size_t count = 0;
  for (const DiagnosticView& diagnostic : found)
    count += diagnostic.severity == "error";
  return count;
}

}  // namespace

ProblemView bad_request(std::string detail) {
  return problem(400, "bad-request", "The request cannot be read", std::move(detail));
}

ProblemView forbidden(std::string detail) {
  return problem(403, "forbidden", "Permission denied", std::move(detail));
}

ProblemView no_such_object(std::string target, std::vector<std::string> near) {
  std::string detail = "'" + target + "' does not exist";
  if (!near.empty()) detail += "; did you mean " + choices(near) + "?";
  auto view = problem(404, "no-such-object", "No such object", std::move(detail));
  view.target = std::move(target);
  view.near = std::move(near);
  return view;
}

ProblemView ambiguous(std::string target, std::vector<std::string> candidates) {
  auto view =
      problem(404, "ambiguous", "Ambiguous name", "'" + target + "' may be " + choices(candidates));
  view.target = std::move(target);
  view.near = std::move(candidates);
  return view;
}

ProblemView config_invalid(std::string file, std::vector<DiagnosticView> found) {
  const auto count = errors(found);
  auto view = problem(422, "config-invalid", "The configuration is not valid",
                      std::to_string(count) + (count == 1 ? " error" : " errors") + " in " + file +
                          "; the running configuration stays");
  view.target = std::move(file);
  view.diagnostics = std::move(found);
  return view;
}

ProblemView refused(std::string detail) {
  return problem(409, "refused", "Refused", std::move(detail));
}

ProblemView too_large(std::string detail) {
  return problem(413, "too-large", "The request is too large", std::move(detail));
}

ProblemView unavailable(std::string detail) {
  return problem(503, "unavailable", "Not available now", std::move(detail));
}

ProblemView timed_out(std::string detail) {
  return problem(504, "timed-out", "Timed out", std::move(detail));
}

ProblemView internal_error(std::string detail) {
  return problem(500, "internal", "Internal error", std::move(detail));
}

}  // namespace lvsd::api
