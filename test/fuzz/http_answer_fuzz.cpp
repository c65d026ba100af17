// What HTTP servers send, judged in one piece and in two: the result must be the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "health/http_check.h"

using namespace lvsd;

namespace {

HttpCheck check_of(std::uint8_t kind) {
  HttpCheck check;
  check.body_limit = 4096;
  check.disable_on_404 = (kind & 1) != 0;
  check.urls.emplace_back();
  HttpUrl& url = check.urls.back();
  url.path = "/";
  if ((kind & 2) != 0) url.method = "HEAD";
  if ((kind & 4) != 0) url.digest = "5d41402abc4b2a76b9719d911017c592";
  if ((kind & 8) != 0) url.body.pattern = "he[l]+o$";
  return check;
}

std::string judged(const HttpExpectation& expectation, std::string_view a, std::string_view b) {
  HttpJudge judge(expectation);
  if (judge.take(a)) judge.take(b);
  return text(judge.judgement(Stop::closed, 0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const HttpCheck check = check_of(data[0]);
  const HttpExpectation expectation(check, check.urls[0]);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = bytes.empty() ? 0 : data[1] % bytes.size();
  if (judged(expectation, bytes, {}) !=
      judged(expectation, bytes.substr(0, cut), bytes.substr(cut)))
    std::abort();
  return 0;
}
