# What every target of ours is compiled with: `target_link_libraries(x PRIVATE lvsd_options)`.
add_library(lvsd_options INTERFACE)
target_compile_options(lvsd_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # Designated initialisers name what differs from the defaults; that is what they are for.
  -Wno-missing-field-initializers
  -fstack-protector-strong -fno-omit-frame-pointer)
target_compile_definitions(lvsd_options INTERFACE
  LVSD_VERSION="${PROJECT_VERSION}")
if(CMAKE_BUILD_TYPE MATCHES "Rel")
  target_compile_definitions(lvsd_options INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Boost.Asio's coroutine frames (which have an operator new and delete of their own) and inlined
  # optionals trip these in g++ 12 at -O2, for code that clang and the sanitizers pass.
  target_compile_options(lvsd_options INTERFACE -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  # g++ 12 sees past the end of a std::string it has inlined (gcc bugs 105329, 105651).
  target_compile_options(lvsd_options INTERFACE -Wno-array-bounds -Wno-restrict)
endif()
if(LVSD_SANITIZE)
  target_compile_options(lvsd_options INTERFACE
    -fsanitize=${LVSD_SANITIZE} -fno-sanitize-recover=all
    # To look at an object, the vptr check opens a pipe; a test that has used up its descriptors would
    # be told that the object is none.
    -fno-sanitize=vptr
    # clang 14 cannot assemble a coroutine with what this check puts before it.
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_link_options(lvsd_options INTERFACE -fsanitize=${LVSD_SANITIZE})
  target_compile_definitions(lvsd_options INTERFACE LVSD_SANITIZED)
endif()
