#include "own_answer.h"
