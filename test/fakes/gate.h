#pragma once

#include <atomic>
#include <semaphore>

namespace lvsd::test {

// Holds back the requests that reach the kernel, until it is opened or ends.
struct Gate {
  std::binary_semaphore open{0};
  std::atomic<int> held{0};
  void hold() {
    ++held;
    open.acquire();
  }
};

}  // namespace lvsd::test
