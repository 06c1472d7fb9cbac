#include <no_such_library/answer.h>
