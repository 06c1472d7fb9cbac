#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
total(PyObject *module, PyObject *numbers)
{
    PyObject *items = PySequence_Fast(numbers, "total() takes a sequence of numbers");
    double sum = 0.0;

    if (items == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); i++) {
        sum += PyFloat_AsDouble(PySequence_Fast_GET_ITEM(items, i));
        if (PyErr_Occurred()) {
            Py_DECREF(items);
            return NULL;
        }
    }
    Py_DECREF(items);
    return PyFloat_FromDouble(sum);
}

static PyMethodDef methods[] = {
    {"total", total, METH_O, "Return the sum of a sequence of numbers."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_total", "Sums, in C.", 0, methods,
};

PyMODINIT_FUNC
PyInit__total(void)
{
    return PyModuleDef_Init(&definition);
}
