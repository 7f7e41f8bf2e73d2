package health.weft.identity;

import java.util.Arrays;

/** Numbers from 0 on in sets that only grow together (Tarjan 1975), each set known by its least member. */
final class DisjointSets {
    private int[] parent = new int[1024];
    private int[] size = new int[1024];
    private int n;

    /** The next number, in a set of its own. */
    int add() {
        if (n == parent.length) {
            parent = Arrays.copyOf(parent, n * 2);
            size = Arrays.copyOf(size, n * 2);
        }
        parent[n] = n;
        size[n] = 1;
        return n++;
    }

    /** The least member of a number's set. */
    int first(int i) {
        int root = i;
        while (parent[root] != root) {
            parent[root] = parent[parent[root]];
            root = parent[root];
        }
        return root;
    }

    int size(int i) {
        return size[first(i)];
    }

    void unite(int a, int b) {
        int one = first(a);
        int other = first(b);
        if (one != other) {
            int into = Math.min(one, other);
            int from = Math.max(one, other);
            parent[from] = into;
            size[into] += size[from];
        }
    }
}
